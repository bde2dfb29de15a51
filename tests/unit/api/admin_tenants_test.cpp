#include "api/admin_tenants.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/admin_add_tenant.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "real_world.hpp"

namespace callosum::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::string_view kBella = R"({"slug":"bella","timezone":"Europe/Rome"})";

class AdminTenants : public ::testing::Test {
 protected:
  static auth::ApiKey key(const std::string& text, std::vector<std::string> roles) {
    return {sha256(text), text, {}, std::move(roles)};
  }

  net::HttpResponse send(Resource& resource, std::string_view body, const std::string& credential) {
    net::HttpRequest request;
    request.method = resource.method();
    request.target = resource.path();
    request.body = body;
    if (!credential.empty()) request.headers.set("Authorization", "Bearer " + credential);
    return world.run(resource.handle(request, {}));
  }
  net::HttpResponse add(std::string_view body, const std::string& credential = "root") {
    return send(adding, body, credential);
  }
  /// The message of a refusal with this status.
  std::string refused(int status, std::string_view body, const std::string& credential = "root") {
    const auto response = add(body, credential);
    EXPECT_EQ(response.status, status) << response.body;
    return std::string(parse_strict(response.body)->at("error").at("message").as_string());
  }

  testing::RealWorld world;
  testing::TempFolder folder;
  SystemRandom random;
  std::unique_ptr<telemetry::Log> log =
      telemetry::make_log(world.time(), {.level = telemetry::LogLevel::off}).value();
  std::unique_ptr<storage::Database> database =
      storage::Database::open({.path = folder.path() / "callosum.db"}).value();
  auth::ClientSecretStore secrets{world.time(), random};
  auth::Authenticator door{
      auth::AuthKeys{std::nullopt,
                     {key("root", {"operator"}), key("admin", {"admin"}), key("desk", {"agent"})}},
      secrets, world.time()};
  AdminAddTenantResource adding{{door, *database, world.time(), random, *log}};
  AdminTenantsResource listing{door, *database, world.time()};
};

TEST_F(AdminTenants, AreMadeWithAnIdOfTheirOwnAndTheSlugAsName) {
  const auto made = add(kBella);

  ASSERT_EQ(made.status, 201) << made.body;
  const auto record = parse_strict(made.body)->as_object();
  EXPECT_EQ(record.size(), 4u);
  EXPECT_EQ(text_at(record, "slug"), "bella");
  EXPECT_EQ(text_at(record, "name"), "bella");
  EXPECT_EQ(text_at(record, "timezone"), "Europe/Rome");
  const auto id = text_at(record, "id");
  ASSERT_TRUE(is_uuid(id)) << id;
  EXPECT_EQ(id[14], '7');
  EXPECT_THAT(send(listing, {}, "root").body, HasSubstr(std::string(id)));
}

TEST_F(AdminTenants, KeepTheIdAndNameTheyAreGiven) {
  const auto made = add(
      R"({"slug":"bella","timezone":"UTC","name":"Bella's","id":"0B0E1F80-0000-4000-8000-00000000000A"})");

  ASSERT_EQ(made.status, 201) << made.body;
  const auto record = parse_strict(made.body)->as_object();
  EXPECT_EQ(text_at(record, "id"), "0b0e1f80-0000-4000-8000-00000000000a");
  EXPECT_EQ(text_at(record, "name"), "Bella's");
}

TEST_F(AdminTenants, AreMadeByOperatorsOnly) {
  const auto secret =
      secrets.mint({.subject = "u", .tenants = {}, .roles = {"operator"}}, {}).value().value;

  EXPECT_EQ(add(kBella, "").status, 401);
  EXPECT_EQ(add(kBella, "nobody").status, 401);
  EXPECT_THAT(refused(403, kBella, "desk"), HasSubstr("the role operator"));
  EXPECT_EQ(add(kBella, "admin").status, 403);  // of some business
  EXPECT_THAT(refused(403, kBella, secret), HasSubstr("client secret"));
  EXPECT_EQ(add(kBella, "root").status, 201);
}

TEST_F(AdminTenants, AreListedForAdministratorsOnly) {
  const auto secret =
      secrets.mint({.subject = "u", .tenants = {}, .roles = {"operator"}}, {}).value().value;

  EXPECT_EQ(send(listing, {}, "").status, 401);
  EXPECT_EQ(send(listing, {}, "desk").status, 403);
  EXPECT_EQ(send(listing, {}, "desk").body, send(listing, {}, secret).body);
  EXPECT_EQ(send(listing, {}, "admin").status, 200);
}

TEST_F(AdminTenants, SayWhichFieldsAreWrong) {
  EXPECT_THAT(refused(400, ""), HasSubstr("JSON"));
  EXPECT_THAT(refused(400, "[]"), HasSubstr("{slug, timezone, name?, id?}"));
  EXPECT_EQ(refused(400, "{}"), "slug: is missing; timezone: is missing");
  EXPECT_EQ(refused(400, R"({"slug":7,"timezone":null,"id":""})"),
            "slug: expected a text, not empty; timezone: expected a text, not empty; "
            "id: expected a text, not empty");
  EXPECT_EQ(refused(400, R"({"slug":"a","timezone":"UTC","time_zone":"UTC"})"),
            "time_zone: there is no such field; did you mean timezone?");
  EXPECT_THAT(refused(400, R"({"slug":"a","slug":"b","timezone":"UTC"})"),
              HasSubstr("same key twice"));
  EXPECT_THAT(refused(400, R"({"slug":"A b","timezone":"Mars/Base","id":"x"})"),
              AllOf(HasSubstr("slug: "), HasSubstr("timezone: "), HasSubstr("id: ")));
}

TEST_F(AdminTenants, ConflictWithThoseThatAreThere) {
  ASSERT_EQ(add(kBella).status, 201);

  EXPECT_THAT(refused(409, kBella), HasSubstr("slug: the tenant "));
}

}  // namespace
}  // namespace callosum::api
