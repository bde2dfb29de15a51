// What a business has written down is found by what a caller means, where an embeddings server
// tells what that is; by the caller's words in any case.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kAlike =
    "alike: [[parking, car, vehicle, automobile], [yard, leave, put], [bill, invoice, receipt]]";

/// Two businesses whose rules a tool searches, and a server that knows which words are alike.
class Search : public ::testing::Test {
 protected:
  explicit Search(bool has_embeddings = true) : cloud("chat", {"--key", "sk-embed"}) {
    std::vector<std::string> options;
    const auto set = [&options](const std::string& value) {
      options.insert(options.end(), {"--set", value});
    };
    if (has_embeddings) {
      set("embeddings.url=" + cloud.url());
      set("embeddings.model=sim-small");
      set("embeddings.key_env=EMBEDDINGS_KEY");
      set("embeddings.least_similarity_percent=30");
    }
    follow("");
    gateway = std::make_unique<Served>(options, Environment{{"EMBEDDINGS_KEY", "sk-embed"}});
    for (const auto* slug : {"bella", "corner"}) {
      const json::object tenant{{"slug", slug}, {"timezone", "Europe/Rome"}};
      EXPECT_EQ(gateway->ask("POST", "/api/admin/tenants", json::serialize(tenant)).status, 201);
    }
  }
  /// Further keys of its script.
  void follow(const std::string& more) {
    cloud.follow("embeddings: {" + std::string(kAlike) + (more.empty() ? "" : ", " + more) + "}");
  }
  void write(const std::string& tenant, const std::string& path, const json::object& row) const {
    net::HttpRequest request;
    request.method = "POST";
    request.body = json::serialize(row);
    request.headers.set("Authorization", "Bearer " + Served::token(tenant, {"admin"}));
    const auto written = fetch(gateway->main() + "/tts_admin/" + path + "/" + tenant, request);
    EXPECT_EQ(written.status, 201) << written.body;
  }
  void write_rules() const {
    write("bella", "policies", {{"topic", "parking"}, {"content", "The yard is free."}});
    write(
        "bella", "faqs",
        {{"topic", "money"}, {"question", "Invoice?"}, {"answer", "By mail."}, {"tags", nullptr}});
    write("corner", "policies", {{"topic", "parking"}, {"content", "The yard belongs to Corner."}});
  }
  std::string search(const std::string& query, const std::string& tenant = "bella") const {
    const json::object body{{"args", {{"query", query}}}};
    const auto answer =
        gateway->ask_of(tenant, "POST", "/api/admin/tools/kb_search", json::serialize(body));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  /// The answer to a question that is found to mean this, however often it has to be asked: the
  /// texts may not be known yet, and a question's meaning is waited for a moment only. Asked in
  /// other words each time, or what was found before is the answer.
  std::string find(const std::string& query, const std::string& expected,
                   const std::string& tenant = "bella") {
    std::string answer;
    const bool is_found = eventually(
        [&] {
          answer = search(query + " " + std::to_string(asked_++), tenant);
          return answer.find(expected) != std::string::npos;
        },
        90s);
    EXPECT_TRUE(is_found) << query << ": " << answer;
    return answer;
  }
  double questions(const std::string& outcome) const {
    const auto line = "embedding_requests_total{outcome=\"" + outcome + "\",purpose=\"question\"}";
    return std::max(0.0, gateway->metric(line));  // -1 without one
  }

  Cloud cloud;
  std::unique_ptr<Served> gateway;

 private:
  int asked_ = 0;
};

TEST_F(Search, AQuestionThatSharesNoWordIsAnsweredByWhatItMeans) {
  write_rules();

  const auto found = find("where may I leave my automobile", "The yard is free.");

  EXPECT_THAT(found, Not(HasSubstr("By mail.")));
  EXPECT_THAT(found, Not(HasSubstr("Corner")));
  EXPECT_THAT(found, HasSubstr(R"("untrusted":true)"));
  EXPECT_THAT(find("a receipt", "By mail."), Not(HasSubstr("yard")));
  EXPECT_THAT(search("dragons"), HasSubstr(R"("items":[],"count":0)"));
  // Words hold as ever.
  EXPECT_THAT(search("is the yard free"), HasSubstr("The yard is free."));
  EXPECT_THAT(gateway->process().errors() + gateway->audit(), Not(HasSubstr("sk-embed")));
}

TEST_F(Search, NobodyFindsWhatAnotherHasWritten) {
  write_rules();

  const auto theirs = find("leave my vehicle", "belongs to Corner", "corner");
  const auto own = find("leave my vehicle", "yard is free", "bella");

  EXPECT_THAT(theirs, Not(HasSubstr("yard is free")));
  EXPECT_THAT(own, Not(HasSubstr("Corner")));
  EXPECT_THAT(search("receipt", "corner"), HasSubstr(R"("count":0)"));
}

TEST_F(Search, AServerThatFailsOrTalksNonsenseLeavesTheWords) {
  write_rules();
  find("leave my vehicle", "yard is free");
  for (const auto* more : {"nonsense: nan", "nonsense: few", "nonsense: text", "nonsense: zero",
                           "nonsense: huge", "status: 503", "delay_ms: 5000"}) {
    SCOPED_TRACE(more);
    follow(more);
    // One that has failed rests for a while, whatever it would say.
    EXPECT_THAT(search("the yard, " + std::string(more)), HasSubstr("The yard is free."));
  }
  EXPECT_GE(questions("TRANSIENT") + questions("TIMEOUT"), 1);
  EXPECT_GE(questions("resting"), 1);
  follow("");
  find("leave my automobile", "yard is free");
}

/// Without such a server.
class SearchByWords : public Search {
 protected:
  SearchByWords() : Search(false) {}
};

TEST_F(SearchByWords, AQuestionThatSharesNoWordIsNotAnswered) {
  write_rules();
  EXPECT_THAT(search("leave my automobile"), HasSubstr(R"("items":[],"count":0)"));
  EXPECT_THAT(search("is the yard free"), HasSubstr("The yard is free."));
  EXPECT_FALSE(cloud.stats().contains("embedding_requests"));
}

}  // namespace
}  // namespace callosum::testing
