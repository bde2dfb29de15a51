// What is switched off for a business stays off: over restarts, in new sessions and in open ones.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kBella = "/api/admin/enablement/bella";

void add_tenant(const Served& gateway, const std::string& slug) {
  const json::object tenant{{"slug", slug}, {"timezone", "Europe/Rome"}};
  ASSERT_EQ(gateway.ask("POST", "/api/admin/tenants", json::serialize(tenant)).status, 201);
}
/// What a tool answers at the operator's door.
std::string run(const Served& gateway, const std::string& tenant, const std::string& tool) {
  return gateway
      .ask_of(tenant, "POST", "/api/admin/tools/" + tool, R"({"args":{"topic":"parking"}})")
      .body;
}

class Enablement : public ::testing::Test {
 protected:
  void SetUp() override {
    add_tenant(gateway, "bella");
    add_tenant(gateway, "corner");
  }
  net::HttpResponse switch_off(const std::string& list) const {
    return gateway.ask_of("bella", "PUT", kBella, R"({"disabled":)" + list + "}");
  }

  Served gateway;
};

TEST_F(Enablement, IsOneBusinesssOwn) {
  const auto before = gateway.ask_of("bella", "GET", kBella);
  const auto changed = switch_off(R"(["get_policies","crm"])");

  EXPECT_THAT(before.body, HasSubstr(R"("disabled":[])"));
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_THAT(changed.body, HasSubstr(R"("disabled":["crm","receptionist.get_policies"])"));
  EXPECT_THAT(changed.body, HasSubstr(R"({"tool":"get_policies","enabled":false})"));
  EXPECT_EQ(gateway.ask_of("bella", "GET", kBella).body, changed.body);
  EXPECT_THAT(run(gateway, "bella", "get_policies"), HasSubstr("NOT_LOADED"));
  EXPECT_THAT(run(gateway, "bella", "get_faqs"), HasSubstr(R"("ok":true)"));
  EXPECT_THAT(run(gateway, "corner", "get_policies"), HasSubstr(R"("ok":true)"));
  EXPECT_EQ(gateway.ask_of("corner", "GET", kBella).status, 403);

  switch_off("[]");
  EXPECT_THAT(run(gateway, "bella", "get_policies"), HasSubstr(R"("ok":true)"));
}

TEST_F(Enablement, OfAPackOrToolThatNobodyKnowsIsRefused) {
  for (const auto& [list, hint] :
       {std::pair{R"(["get_polices"])", "did you mean get_policies?"},
        std::pair{R"([""])", "no pack or tool"}, std::pair{R"([7])", "expected names"},
        std::pair{R"({})", "the body must be"}}) {
    const auto answer = switch_off(list);
    EXPECT_EQ(answer.status, 400) << list;
    EXPECT_THAT(answer.body, HasSubstr(hint));
  }
}

TEST_F(Enablement, HoldsForNewSessionsAndForOpenOnes) {
  OpenCall open(gateway, "bella");
  ASSERT_THAT(open.say("what is your parking policy"), HasSubstr("I do not have a policy on that"));

  switch_off(R"(["get_policies"])");
  const auto refused = open.say("what is your refunds policy");
  OpenCall fresh(gateway, "bella");
  const auto unknown = fresh.say("what is your parking policy");

  EXPECT_THAT(refused, Not(HasSubstr("I do not have a policy on that")));
  EXPECT_THAT(unknown, Not(HasSubstr("I do not have a policy on that")));
  const auto records = "/api/admin/audit?tool=receptionist.get_policies&outcome=not_loaded&limit=5";
  ASSERT_TRUE(eventually(
      [&] {
        return gateway.ask_of("bella", "GET", records).body.find("switched off") !=
               std::string::npos;
      },
      10s));
  // The fresh session's model did not even see it.
  const auto body = gateway.ask_of("bella", "GET", records).body;
  EXPECT_EQ(parse_strict(body)->at("records").as_array().size(), 1u) << body;
}

TEST(EnablementOverARestart, Stays) {
  TempFolder folder;
  const std::vector<std::string> options{"--set", "data=" + (folder.path() / "data").string()};
  {
    Served first(options);
    add_tenant(first, "bella");
    ASSERT_EQ(first.ask_of("bella", "PUT", kBella, R"({"disabled":["receptionist"]})").status, 200);
  }

  Served second(options);

  EXPECT_THAT(run(second, "bella", "get_policies"), HasSubstr("NOT_LOADED"));
}

}  // namespace
}  // namespace callosum::testing
