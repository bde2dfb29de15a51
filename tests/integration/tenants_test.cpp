// A business is made while the gateway serves, and is called at once.
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kTenants = "/api/admin/tenants";

class Tenants : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { gateway = std::make_unique<Served>(); }
  static void TearDownTestSuite() { gateway.reset(); }

  static Process::Ended run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "tenant");
    return run_callosum(std::move(arguments), {{"HOME", gateway->folder().string()}});
  }
  static std::vector<std::string> there(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--to", gateway->admin(), "--token",
                                       Served::token("nobody", {"admin", "operator"})});
    return arguments;
  }
  static std::vector<std::string> here(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--data", gateway->data().string()});
    return arguments;
  }

  static std::unique_ptr<Served> gateway;
};
std::unique_ptr<Served> Tenants::gateway;

TEST_F(Tenants, MadeOverHttpCanBeCalled) {
  const auto made = gateway->ask(
      "POST", kTenants, R"({"slug":"bella","timezone":"Europe/Rome","name":"Bella's Bakery"})");

  ASSERT_EQ(made.status, 201) << made.body;
  const auto id = std::string(parse_strict(made.body)->at("id").as_string());
  EXPECT_THAT(gateway->ask("GET", kTenants).body, HasSubstr(id));
  for (const auto& name : {std::string("bella"), id}) {
    OpenCall call(*gateway, name);
    EXPECT_THAT(call.say("what are your opening hours"), HasSubstr("I do not have our hours here"));
  }
}

TEST_F(Tenants, WithoutABusinessRowAreServedAndTheLogNamesWhatIsMissing) {
  ASSERT_EQ(gateway->ask("POST", kTenants, R"({"slug":"empty","timezone":"UTC"})").status, 201);

  OpenCall call(*gateway, "empty");

  for (const auto* question : {"what services do you offer", "what is your parking policy",
                               "when is my next appointment", "when is your next opening"}) {
    const auto said = call.say(question);
    EXPECT_THAT(said, HasSubstr("I do not")) << question;
    EXPECT_THAT(said, Not(HasSubstr("trouble"))) << question;
  }
  ASSERT_TRUE(eventually(
      [] { return gateway->process().errors().find("tenant_data_missing") != std::string::npos; },
      std::chrono::seconds(10)));
  const auto log = gateway->process().errors();
  EXPECT_THAT(log, HasSubstr("businesses"));
  EXPECT_THAT(log, HasSubstr("industry, language, services_summary, tone, working_hours_summary"));
}

TEST_F(Tenants, AreRefusedWithTheReason) {
  const std::string body = R"({"slug":"twice","timezone":"UTC"})";
  ASSERT_EQ(gateway->ask("POST", kTenants, body).status, 201);

  const auto taken = gateway->ask("POST", kTenants, body);
  const auto wrong =
      gateway->ask("POST", kTenants, R"({"slug":"No Good","timezone":"Mars","id":"7"})");

  EXPECT_EQ(taken.status, 409);
  EXPECT_THAT(taken.body, HasSubstr("slug: the tenant"));
  EXPECT_EQ(wrong.status, 400);
  for (const auto* field : {"slug: ", "timezone: ", "id: "}) {
    EXPECT_THAT(wrong.body, HasSubstr(field));
  }
  net::HttpRequest unknown;
  unknown.method = "POST";
  unknown.body = body;
  EXPECT_EQ(fetch(gateway->admin() + kTenants, unknown).status, 401);
  unknown.headers.set("Authorization", "Bearer " + Served::token("twice", {"agent"}));
  EXPECT_EQ(fetch(gateway->admin() + kTenants, unknown).status, 403);
}

TEST_F(Tenants, MadeByTheVerbAtARunningGatewayCanBeCalled) {
  const auto added = run(there({"add", "verb-there", "--timezone", "America/New_York", "--json"}));
  const auto again = run(there({"add", "verb-there", "--timezone", "UTC"}));
  const auto listed = run(there({"list"}));

  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_EQ(parse_strict(trim(added.out))->at("slug").as_string(), "verb-there");
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("409: slug: the tenant"));
  EXPECT_THAT(listed.out, HasSubstr("verb-there  "));
  EXPECT_NE(OpenCall(*gateway, "verb-there").say("what are your opening hours"), "");
}

TEST_F(Tenants, MadeByTheVerbInTheDatabaseAreSeenByTheRunningGateway) {
  const auto added = run(here({"add", "verb-here", "--timezone", "UTC", "--name", "Here & Co"}));
  const auto listed = run(here({"list", "--json"}));
  const auto again = run(here({"add", "verb-here", "--timezone", "UTC"}));

  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_THAT(added.out, HasSubstr("Here & Co"));
  EXPECT_TRUE(parse_strict(trim(listed.out))->at("tenants").is_array()) << listed.out;
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("slug: the tenant"));
  EXPECT_NE(OpenCall(*gateway, "verb-here").say("what are your opening hours"), "");
}

TEST_F(Tenants, AskedForWronglyAreExplained) {
  const auto no_zone = run(here({"add", "nine"}));
  const auto wrong = run(here({"add", "Nine", "--timezone", "Europe/Berln"}));
  const auto both = run(here(there({"list"})));
  const auto nowhere = run({"list", "--data", (gateway->folder() / "none").string()});
  const auto main_door = run({"list", "--to", gateway->realtime(), "--token", "x"});

  EXPECT_EQ(no_zone.status, 2);
  EXPECT_THAT(no_zone.err, HasSubstr("--timezone"));
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean Europe/Berlin?"));
  EXPECT_THAT(wrong.err, HasSubstr("slug: "));
  EXPECT_EQ(both.status, 2);
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("there is no database"));
  EXPECT_EQ(main_door.status, 1);
  EXPECT_THAT(main_door.err, HasSubstr("admin.listen"));
}

}  // namespace
}  // namespace callosum::testing
