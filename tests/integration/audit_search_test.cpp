// A business's admin looks for calls in the audit.
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class AuditSearch : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    gateway = std::make_unique<Served>();
    for (const auto* slug : {"bella", "corner"}) {
      const json::object tenant{{"slug", slug}, {"timezone", "UTC"}};
      ASSERT_EQ(gateway->ask("POST", "/api/admin/tenants", json::serialize(tenant)).status, 201);
    }
    for (const auto* topic : {"hours", "parking", "refunds"}) run("bella", "get_faqs", topic);
    run("bella", "get_policies", "");
    run("corner", "get_policies", "hours");
    ASSERT_TRUE(
        eventually([] { return found("").size() == 4 && found("", "corner").size() == 1; }, 10s));
  }
  static void TearDownTestSuite() { gateway.reset(); }
  static void run(const std::string& tenant, const std::string& tool, const std::string& topic) {
    const json::object body{{"args", {{"topic", topic}}}};
    gateway->ask_of(tenant, "POST", "/api/admin/tools/" + tool, json::serialize(body));
  }
  static net::HttpResponse ask(const std::string& query, const std::string& tenant = "bella") {
    return gateway->ask_of(tenant, "GET", "/api/admin/audit?" + query);
  }
  static json::array found(const std::string& query, const std::string& tenant = "bella") {
    const auto answer = ask(query, tenant);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_strict(answer.body)->at("records").as_array();
  }

  static std::unique_ptr<Served> gateway;
};
std::unique_ptr<Served> AuditSearch::gateway;

TEST_F(AuditSearch, FindsTheNewestFirstByToolAndOutcome) {
  const auto all = found("");

  EXPECT_EQ(all.front().at("tool_id"), "receptionist.get_policies");
  EXPECT_EQ(all.front().at("seq"), 4);
  EXPECT_EQ(all.back().at("seq"), 1);
  EXPECT_EQ(found("tool=get_faqs").size(), 3u);
  EXPECT_EQ(found("tool=receptionist.get_faqs&outcome=ok").size(), 3u);
  EXPECT_EQ(found("tool=faqs").size(), 0u);
  EXPECT_EQ(found("outcome=validation").size(), 1u);
  EXPECT_EQ(found("since=1970-01-01").size(), 4u);
  EXPECT_EQ(found("since=2200-01-01T00:00:00Z").size(), 0u);
  const auto since = all[1].at("at_ms").as_int64();  // which others may share
  const auto later = std::count_if(all.begin(), all.end(), [since](const auto& record) {
    return record.at("at_ms").as_int64() >= since;
  });
  EXPECT_EQ(found("since=" + std::to_string(since)).size(), static_cast<std::size_t>(later));
}

TEST_F(AuditSearch, IsReadPageByPage) {
  std::string seen, query = "limit=3";
  for (int page = 0; page < 2; ++page) {
    const auto answer = parse_strict(ask(query).body);
    for (const auto& record : answer->at("records").as_array()) {
      seen += std::to_string(record.at("seq").as_int64());
    }
    const auto& next = answer->at("next_before");
    query = next.is_null() ? "done" : "limit=3&before=" + std::to_string(next.as_int64());
  }

  EXPECT_EQ(seen, "4321");
  EXPECT_EQ(query, "done");
}

TEST_F(AuditSearch, IsForThePersonsOwnBusinessAndItsAdminAlone) {
  EXPECT_THAT(ask("").body, Not(HasSubstr(R"("seq":5)")));
  EXPECT_EQ(found("", "corner").size(), 1u);
  EXPECT_EQ(ask("tenant_id=bella", "corner").status, 403);
  EXPECT_EQ(ask("tenant_id=nowhere", "corner").body, ask("tenant_id=bella", "corner").body);
  net::HttpRequest request;
  EXPECT_EQ(fetch(gateway->admin() + "/api/admin/audit", request).status, 401);
  request.headers.set("Authorization", "Bearer " + Served::token("bella", {"sales"}));
  EXPECT_EQ(fetch(gateway->admin() + "/api/admin/audit", request).status, 403);
}

TEST_F(AuditSearch, ExplainsAQuestionThatItCannotRead) {
  for (const auto& [query, hint] :
       {std::pair{"limit=0", "1 to 500"}, std::pair{"limit=501", "1 to 500"},
        std::pair{"limit=x", "1 to 500"}, std::pair{"limit=5&limit=6", "limit: expected once"},
        std::pair{"tools=get_faqs", "tools: there is no such parameter; did you mean tool?"},
        std::pair{"since=yesterday", "2026-11-21T14:30:00Z"}, std::pair{"outcome=bad", "FORBIDDEN"},
        std::pair{"before=-1", "next_before"}}) {
    const auto answer = ask(query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_THAT(answer.body, HasSubstr(hint));
  }
}

}  // namespace
}  // namespace callosum::testing
