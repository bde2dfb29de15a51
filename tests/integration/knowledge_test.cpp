// What a business's callers are told is kept over HTTP, by its own admin alone.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Knowledge : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    gateway = std::make_unique<Served>();
    for (const auto* slug : {"bella", "corner"}) {
      const json::object tenant{{"slug", slug}, {"timezone", "Europe/Rome"}};
      ASSERT_EQ(gateway->ask("POST", "/api/admin/tenants", json::serialize(tenant)).status, 201);
    }
  }
  static void TearDownTestSuite() { gateway.reset(); }

  struct Asked {
    std::string method, path, body;
    std::string tenant = "bella";
    std::vector<std::string> roles{"admin"};
  };
  static net::HttpResponse ask(const Asked& asked, const Served& of = *gateway) {
    net::HttpRequest request;
    request.method = asked.method;
    request.body = asked.body;
    if (!asked.tenant.empty()) {
      request.headers.set("Authorization", "Bearer " + Served::token(asked.tenant, asked.roles));
    }
    return fetch(of.main() + "/tts_admin/" + asked.path, request);
  }
  static json::object made(const std::string& path, const std::string& body) {
    const auto answer = ask({"POST", path, body});
    EXPECT_EQ(answer.status, 201) << answer.body;
    const auto parsed = parse_strict(answer.body);
    const auto& fields = parsed->get_object();
    EXPECT_EQ(text_at(fields, "status"), "ok");
    return fields.at(path.starts_with("policies") ? "policy" : "faq").as_object();
  }
  static std::string id_of(const json::object& row) { return std::string(text_at(row, "id")); }
  /// What a tool answers of a topic.
  static std::string told(const std::string& tool, const std::string& topic) {
    const json::object body{{"args", {{"topic", topic}}}};
    return gateway->ask_of("bella", "POST", "/api/admin/tools/" + tool, json::serialize(body)).body;
  }

  static std::unique_ptr<Served> gateway;
};
std::unique_ptr<Served> Knowledge::gateway;

TEST_F(Knowledge, IsMadeReadChangedAndRemoved) {
  const auto policy =
      made("policies/bella", R"({"topic":"late_arrival","content":"We wait ten minutes."})");
  const auto place = "policies/bella/" + id_of(policy);

  const auto found = ask({"GET", place});
  const auto changed = ask({"PUT", place, R"({"content":"We wait an hour."})"});
  const auto removed = ask({"DELETE", place});
  const auto gone = ask({"GET", place});

  EXPECT_EQ(text_at(policy, "topic"), "late arrival");
  EXPECT_EQ(text_at(policy, "content"), "We wait ten minutes.");
  EXPECT_FALSE(text_at(policy, "updated_at").empty());
  EXPECT_EQ(parse_strict(found.body)->at("policy"), json::value(policy)) << found.body;
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_THAT(changed.body, HasSubstr(R"("topic":"late arrival","content":"We wait an hour.")"));
  EXPECT_EQ(removed.status, 200) << removed.body;
  EXPECT_THAT(removed.body, HasSubstr("We wait an hour."));
  EXPECT_EQ(gone.status, 404) << gone.body;
  EXPECT_EQ(gone.body, R"({"status":"error","message":"there is no such policy"})");
}

TEST_F(Knowledge, HoldsNothingThatOnlyAModelReads) {
  const auto policy =
      made("policies/bella", R"({"topic":"stair\u200bwell","content":"Behind)"
                             R"( us\udb40\udc69\udb40\udc67\u202e. \ud83d\ude00"})");
  const auto faq = made("faqs/bella", R"({"topic":"signs","question":"Why?","answer":"\u2764\ufe0f)"
                                      R"(\ufe0f","tags":["a\u2066b"]})");
  const auto empty = ask({"POST", "policies/bella", R"({"topic":"x","content":"\u200b\u2060"})"});

  EXPECT_EQ(text_at(policy, "topic"), "stairwell");
  EXPECT_EQ(text_at(policy, "content"), "Behind us. 😀");
  EXPECT_EQ(text_at(faq, "answer"), "❤\uFE0F");
  EXPECT_EQ(faq.at("tags"), json::value({"ab"}));
  EXPECT_EQ(empty.status, 400) << empty.body;
}

TEST_F(Knowledge, OfAnFaqHasTagsThatMayBeTakenAway) {
  const auto faq = made("faqs/bella", R"({"topic":"pets","question":"Dogs?","answer":"Yes.",)"
                                      R"("tags":["dogs","animals"]})");

  const auto changed = ask({"PUT", "faqs/bella/" + id_of(faq), R"({"tags":null})"});

  EXPECT_EQ(faq.at("tags"), json::value({"dogs", "animals"}));
  EXPECT_THAT(told("get_faqs", "pets"), HasSubstr(R"("answer":"Yes.")"));
  EXPECT_THAT(changed.body, HasSubstr(R"("answer":"Yes.","tags":null)"));
}

TEST_F(Knowledge, IsListedByTopicHoweverThatIsWritten) {
  made("faqs/bella", R"({"topic":"Gift cards","question":"Any?","answer":"At the desk."})");
  made("faqs/bella", R"({"topic":"wifi","question":"Any?","answer":"Of course."})");

  const auto all = ask({"GET", "faqs/bella"});
  const auto some = ask({"GET", "faqs/bella?topic=gift_cards"});
  const auto none = ask({"GET", "faqs/bella?topic=gift"});

  EXPECT_THAT(all.body, HasSubstr("At the desk."));
  EXPECT_THAT(all.body, HasSubstr("Of course."));
  EXPECT_EQ(parse_strict(some.body)->at("faqs").as_array().size(), 1u) << some.body;
  EXPECT_EQ(none.body, R"({"status":"ok","faqs":[]})");
}

TEST_F(Knowledge, IsWhatToolsAnswerAtOnceWhateverTheyHaveCached) {
  const auto policy = made("policies/bella", R"({"topic":"parking","content":"In the yard."})");
  const auto first = told("get_policies", "parking");
  const auto again = told("get_policies", "parking");

  ask({"PUT", "policies/bella/" + id_of(policy), R"({"content":"On the roof."})"});
  const auto after = told("get_policies", "parking");
  ask({"DELETE", "policies/bella/" + id_of(policy)});

  EXPECT_THAT(first, HasSubstr("In the yard."));
  EXPECT_THAT(again, HasSubstr(R"("cached":true)"));
  EXPECT_THAT(after, HasSubstr("On the roof."));
  EXPECT_THAT(told("get_policies", "parking"), HasSubstr(R"("data":null)"));
}

TEST_F(Knowledge, OfHoursIsByDayAndToldByTheTool) {
  const auto none = ask({"GET", "hours/bella"});
  const auto set = ask({"PUT", "hours/bella",
                        R"({"hours":{"monday":{"open":"09:00","close":"18:00"},"sunday":null}})"});
  const auto changed =
      ask({"PUT", "hours/bella", R"({"hours":{"monday":{"open":"10:00","close":"17:30"}}})"});
  const auto found = ask({"GET", "hours/bella"});
  const json::object body{{"args", {{"day", "monday"}}}};
  const auto told =
      gateway->ask_of("bella", "POST", "/api/admin/tools/get_working_hours", json::serialize(body));

  EXPECT_EQ(none.status, 200) << none.body;
  EXPECT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(changed.body,
            R"({"status":"ok","hours":{"monday":{"open":"10:00","close":"17:30"},"sunday":null}})");
  EXPECT_EQ(found.body, changed.body);
  EXPECT_THAT(told.body, HasSubstr("ten to five thirty")) << told.body;
  EXPECT_EQ(ask({"PUT", "hours/bella", R"({"hours":{"funday":null}})"}).status, 400);
  EXPECT_EQ(ask({"GET", "hours/bella", "", ""}).status, 401);
  EXPECT_EQ(ask({"GET", "hours/bella", "", "corner"}).status, 403);
  EXPECT_EQ(ask({"PUT", "hours/bella", R"({"hours":{"monday":null}})", "bella", {"agent"}}).status,
            403);
}

TEST_F(Knowledge, OfServicesIsTheWholeListAndToldByTheTool) {
  const auto told = [] {
    return gateway
        ->ask_of("bella", "POST", "/api/admin/tools/get_business_services", R"({"args":{}})")
        .body;
  };
  const auto set = ask({"PUT", "services/bella",
                        R"({"services":[{"name":"margherita","price":9},{"name":"delivery"}]})"});
  const auto first = told();
  const auto changed = ask({"PUT", "services/bella", R"({"services":[{"name":"calzone"}]})"});

  EXPECT_EQ(set.status, 200) << set.body;
  EXPECT_THAT(first, HasSubstr("margherita"));
  EXPECT_EQ(changed.body, R"({"status":"ok","services":[{"name":"calzone"}]})");
  EXPECT_THAT(told(), HasSubstr("calzone"));
  EXPECT_THAT(told(), Not(HasSubstr("margherita")));
  EXPECT_EQ(ask({"GET", "services/bella"}).body, changed.body);
  EXPECT_EQ(ask({"GET", "services/bella", "", "corner"}).status, 403);
}

TEST_F(Knowledge, IsKeptFromEveryoneButTheBusinessesOwnAdmin) {
  const auto id =
      id_of(made("policies/bella", R"({"topic":"refunds","content":"Within a week."})"));
  const std::string body = R"({"content":"mine"})";

  const auto nobody = ask({"GET", "policies/bella", "", ""});
  const auto member = ask({"GET", "policies/bella", "", "bella", {"agent"}});
  const auto foreign = ask({"GET", "policies/bella", "", "corner"});
  const auto unknown = ask({"GET", "policies/nowhere", "", "corner"});

  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(nobody.body, R"({"status":"error","message":"Auth required"})");
  EXPECT_EQ(member.status, 403);
  EXPECT_THAT(member.body, HasSubstr("role admin"));
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(unknown.status, 403);
  EXPECT_EQ(foreign.body, unknown.body);
  // By the neighbour's own door the row is as if it did not exist.
  for (const auto* method : {"GET", "PUT", "DELETE"}) {
    const auto row = ask({method, "policies/corner/" + id, body, "corner"});
    const auto none = ask({method, "policies/corner/none", body, "corner"});
    EXPECT_EQ(row.status, 404) << method;
    EXPECT_EQ(row.body, none.body) << method;
  }
  EXPECT_THAT(ask({"GET", "policies/bella/" + id}).body, HasSubstr("Within a week."));
}

TEST_F(Knowledge, ThatCannotBeReadIsRefusedWithTheField) {
  const auto long_text = std::string(4001, 'x');
  struct Case {
    std::string path, body, hint;
  };
  for (const auto& [path, body, hint] :
       {Case{"policies/bella", "", "JSON"}, Case{"policies/bella", "[]", "a JSON object"},
        Case{"policies/bella", R"({"topic":"a","topic":"b","content":"c"})", "same key twice"},
        Case{"policies/bella", R"({"topic":"a"})", "content: is missing"},
        Case{"policies/bella", R"({"topic":7,"content":"c"})", "topic: expected a text"},
        Case{"policies/bella", R"({"topic":" _ ","content":"c"})", "topic: "},
        Case{"policies/bella", R"({"topic":"a","content":"c\u0000"})", "content: expected"},
        Case{"policies/bella", R"({"topic":"a","content":")" + long_text + "\"}", "1 to 4000"},
        Case{"policies/bella", R"({"topic":"a","contend":"c"})", "did you mean content?"},
        Case{"faqs/bella", R"({"topic":"a","question":"b","answer":"c","tags":"d"})", "tags: "},
        Case{"faqs/bella", R"({"topic":"a","question":"b","answer":"c","tags":[1]})", "tags: "}}) {
    const auto answer = ask({"POST", path, body});
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr(R"("status":"error")"));
    EXPECT_THAT(answer.body, HasSubstr(hint)) << body;
  }
  const auto id = id_of(made("policies/bella", R"({"topic":"a","content":"c"})"));
  EXPECT_EQ(ask({"PUT", "policies/bella/" + id, "{}"}).status, 400);
  EXPECT_EQ(ask({"POST", "policies/bella/" + id, "{}"}).status, 405);
}

TEST(KnowledgeWithoutItsPack, IsRefusedWithWhatIsMissing) {
  Served gateway({"--set", "packs=" + std::string(CALLOSUM_SOURCE_DIR) + "/packs/crm"});
  ASSERT_EQ(
      gateway.ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"UTC"})").status,
      201);
  net::HttpRequest request;
  request.headers.set("Authorization", "Bearer " + Served::token("bella", {"admin"}));

  const auto answer = fetch(gateway.main() + "/tts_admin/faqs/bella", request);

  EXPECT_EQ(answer.status, 409) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("the receptionist pack"));
}

}  // namespace
}  // namespace callosum::testing
