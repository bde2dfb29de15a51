#include "api/registry_reload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "real_world.hpp"

namespace callosum::api {
namespace {

using ::testing::HasSubstr;

class ReloadDoor : public ::testing::Test {
 protected:
  net::HttpResponse ask(const std::string& credential) {
    RegistryReloadResource resource(door, [this] { return reload(); });
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/api/admin/registry/reload";
    if (!credential.empty()) request.headers.set("Authorization", "Bearer " + credential);
    return world.run(resource.handle(request, {}));
  }
  boost::asio::awaitable<Result<ReloadReport>> reload() {
    ++reloads;
    co_return outcome;
  }

  testing::RealWorld world;
  SystemRandom random;
  auth::ClientSecretStore secrets{world.time(), random};
  auth::Authenticator door{auth::AuthKeys{std::nullopt,
                                          {{sha256("root"), "root", {}, {"operator"}},
                                           {sha256("admin"), "admin", {}, {"admin"}},
                                           {sha256("desk"), "desk", {}, {}}}},
                           secrets, world.time()};
  Result<ReloadReport> outcome = ReloadReport{"1.0.aaaaaaaa", "1.1.bbbbbbbb", {}, {}};
  int reloads = 0;
};

TEST_F(ReloadDoor, IsForOperators) {
  EXPECT_EQ(ask("").status, 401);
  EXPECT_EQ(ask("desk").status, 403);
  EXPECT_EQ(ask("admin").status, 403);
  EXPECT_EQ(reloads, 0);
  EXPECT_EQ(ask("root").status, 200);
}

TEST_F(ReloadDoor, TellsTheOldAndTheNewVersion) {
  outcome->warnings = {{{"shop/pack.yaml", 4}, "tools.a.summary", "is long"}};

  const auto answer = ask("root");

  EXPECT_EQ(answer.body,
            R"({"old_version":"1.0.aaaaaaaa","new_version":"1.1.bbbbbbbb","changed":true,)"
            R"("warnings":[{"file":"shop/pack.yaml","line":4,"field":"tools.a.summary",)"
            R"("message":"is long"}]})");
}

TEST_F(ReloadDoor, ListsEveryProblemByFileLineAndField) {
  outcome = ReloadReport{"1.0.aaaaaaaa",
                         "1.0.aaaaaaaa",
                         {{{"shop/pack.yaml", 9}, "tools.a.access", "expected read, not reed"},
                          {{"shop/schema.sql", 0}, "schema", "no such column"}},
                         {}};

  const auto answer = ask("root");

  EXPECT_EQ(answer.status, 422);
  const auto body = parse_strict(answer.body).value();
  EXPECT_EQ(body.at("registry_version").as_string(), "1.0.aaaaaaaa");
  const auto& problems = body.at("error").at("problems").as_array();
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].at("file").as_string(), "shop/pack.yaml");
  EXPECT_EQ(problems[0].at("line").as_int64(), 9);
  EXPECT_EQ(problems[0].at("field").as_string(), "tools.a.access");
}

TEST_F(ReloadDoor, SaysThatTheRegistryIsLocked) {
  outcome = fail(ErrorType::conflict, "the registry is locked");

  const auto answer = ask("root");

  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.body, HasSubstr("the registry is locked"));
}

}  // namespace
}  // namespace callosum::api
