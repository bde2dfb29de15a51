// A model that may only propose: what it asks for waits, and a person applies it, once.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class Proposals : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made =
        gateway.ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    ASSERT_EQ(made.status, 201) << made.body;
  }
  /// What the model hears of a call that it makes.
  std::string plan(const std::string& call) {
    RawClient caller(gateway.port());
    EXPECT_EQ(caller.upgrade("/v1/realtime",
                             {"Authorization: Bearer " + Served::token("bella", {"sales"})}),
              101);
    EXPECT_TRUE(caller.find_frame(1, "session.created"));
    caller.send(client_frame(
        1, R"({"type":"conversation.item.create","item":{"type":"message","role":"user",)"
           R"("content":[{"type":"input_text","text":)" +
               json::serialize(json::string("call " + call)) + "}]}}"));
    caller.send(client_frame(1, R"({"type":"response.create"})"));
    EXPECT_TRUE(caller.find_frame(1, "response.done"));
    const auto outputs = cloud.outputs();
    return outputs.empty() ? "" : outputs.back();
  }
  json::array listed(const std::string& state) {
    const auto answer = gateway.ask_of("bella", "GET", "/api/admin/proposals?state=" + state);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_strict(answer.body)->at("proposals").as_array();
  }
  net::HttpResponse decide(const std::string& id, const std::string& decision) {
    return gateway.ask_of("bella", "POST", "/api/admin/proposals/" + id + "/" + decision);
  }
  static net::HttpRequest as_admin() {
    net::HttpRequest request;
    request.headers.set("Authorization", "Bearer " + Served::token("bella", {"admin"}));
    return request;
  }
  std::string leads() { return plan("list_leads {}"); }

  Cloud cloud;
  Served gateway{{"--set", "provider=openai", "--set", "providers.openai.url=" + cloud.url()},
                 Environment{{"OPENAI_API_KEY", "anything"}}};
};

TEST_F(Proposals, AreNotListedForAQuestionThatCannotBeRead) {
  for (const auto& [path, hint] :
       {std::pair{"proposals?state=zzz",
                  "state: expected one of open, applying, applied, rejected, failed, all"},
        std::pair{"proposals?limit=3",
                  "limit: there is no such parameter; there are tenant_id, state"},
        std::pair{"sessions?state=zzz", "state: expected live or ended"},
        std::pair{"sessions?limit=x", "limit: expected a whole number, 1 to 200"},
        std::pair{"tenants?all=1", "all: there is no such parameter; this route has none"},
        std::pair{"enablement/bella?pack=crm", "pack: there is no such parameter"}}) {
    const auto answer = gateway.ask_of("bella", "GET", std::string("/api/admin/") + path);

    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_THAT(answer.body, HasSubstr(hint));
  }
  const auto faqs = fetch(gateway.main() + "/tts_admin/faqs/bella?topics=parking", as_admin());
  EXPECT_EQ(faqs.status, 400);
  EXPECT_THAT(faqs.body, HasSubstr("topics: there is no such parameter; did you mean topic?"));
}

TEST_F(Proposals, WaitForAPersonAndAreAppliedOnce) {
  const auto heard = plan(R"(create_lead {"name":"Ada Quill","company":"Quill and Sons"})");
  EXPECT_THAT(leads(), Not(HasSubstr("Ada Quill")));
  const auto open = listed("open");
  ASSERT_EQ(open.size(), 1u);
  const std::string id(open[0].at("id").as_string());

  const auto applied = decide(id, "apply");
  const auto again = decide(id, "apply");

  EXPECT_THAT(heard, HasSubstr(R"("proposed":true)"));
  EXPECT_THAT(heard, HasSubstr(id));
  EXPECT_THAT(std::string(open[0].at("preview").as_string()), HasSubstr("name: Ada Quill"));
  EXPECT_EQ(applied.status, 200) << applied.body;
  EXPECT_EQ(parse_strict(applied.body)->at("state"), "applied") << applied.body;
  EXPECT_EQ(again.status, 409) << again.body;
  EXPECT_THAT(leads(), HasSubstr("Ada Quill"));
  EXPECT_THAT(gateway.audit(), HasSubstr(R"("effect":"done")"));
  EXPECT_THAT(gateway.audit(), HasSubstr(R"("approved_by":")"));
  EXPECT_TRUE(listed("open").empty());
}

TEST_F(Proposals, StayOpenWhereWhoeverAppliedThemMayNot) {
  plan(R"(create_lead {"name":"Di Lark"})");
  const std::string id(listed("open").at(0).at("id").as_string());
  net::HttpRequest request;  // an admin who does not sell
  request.method = "POST";
  request.headers.set("Authorization", "Bearer " + Served::token("bella", {"admin"}));

  fetch(gateway.admin() + "/api/admin/proposals/" + id + "/apply", request);

  EXPECT_EQ(listed("open").size(), 1u);
  EXPECT_EQ(decide(id, "apply").status, 200);
  EXPECT_THAT(leads(), HasSubstr("Di Lark"));
}

TEST_F(Proposals, ShowWhatCannotBeSeen) {
  plan("create_lead {\"name\":\"Bo\\ncity: x\xE2\x80\xAE\"}");

  EXPECT_THAT(std::string(listed("open").at(0).at("preview").as_string()),
              HasSubstr("name: Bo\\u{A}city: x\\u{202E}"));
}

TEST_F(Proposals, ThatAreRejectedNeverRun) {
  plan(R"(create_lead {"name":"Bo Void"})");
  const std::string id(listed("open").at(0).at("id").as_string());

  EXPECT_EQ(decide(id, "reject").status, 200);

  EXPECT_EQ(decide(id, "apply").status, 409);
  EXPECT_THAT(leads(), Not(HasSubstr("Bo Void")));
}

TEST_F(Proposals, OfAnotherBusinessAreNotThere) {
  plan(R"(create_lead {"name":"Cy Park"})");
  const std::string id(listed("open").at(0).at("id").as_string());
  const auto made =
      gateway.ask("POST", "/api/admin/tenants", R"({"slug":"rival","timezone":"Europe/Rome"})");
  ASSERT_EQ(made.status, 201);

  const auto foreign =
      gateway.ask("POST", "/api/admin/proposals/" + id + "/apply", R"({"tenant_id":"rival"})");

  EXPECT_THAT(foreign.status, ::testing::AnyOf(403, 404)) << foreign.body;
}

}  // namespace
}  // namespace callosum::testing
