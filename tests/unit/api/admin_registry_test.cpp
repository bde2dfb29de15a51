#include "api/admin_registry.hpp"

#include <gtest/gtest.h>

#include "api/admin_exports.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "real_world.hpp"

namespace callosum::api {
namespace {

std::shared_ptr<const registry::Snapshot> shop() {
  registry::Pack pack;
  pack.name = "shop";
  pack.version = "1.2.0";
  pack.access_mode = "confirm";
  registry::ToolSpec tool;
  tool.pack = "shop";
  tool.name = "wipe_shelf";
  tool.version = "2.0.1";
  tool.category = registry::Category::action;
  tool.access = registry::Access::destructive;
  tool.channels = {registry::Channel::voice, registry::Channel::mcp};
  tool.summary = "What it does is not told here.";
  return std::make_shared<registry::Snapshot>(
      std::vector<registry::Pack>{pack}, std::vector<registry::ToolSpec>{tool}, "1.2.aaaaaaaa");
}

class RegistryDoor : public ::testing::Test {
 protected:
  net::HttpResponse ask(const std::string& credential) {
    AdminRegistryResource resource(door, [] {
      return RegistryView{shop(), {"1.2.aaaaaaaa", "1.1.bbbbbbbb"}};
    });
    net::HttpRequest request;
    request.method = "GET";
    request.target = "/api/admin/registry";
    if (!credential.empty()) request.headers.set("Authorization", "Bearer " + credential);
    return world.run(resource.handle(request, {}));
  }

  net::HttpResponse ask_export(const std::string& credential, const std::string& consumer,
                               const std::shared_ptr<const registry::Snapshot>& snapshot) {
    AdminExportsResource resource(door, [snapshot] { return snapshot; });
    net::HttpRequest request;
    request.method = "GET";
    if (!credential.empty()) request.headers.set("Authorization", "Bearer " + credential);
    return world.run(resource.handle(request, {consumer}));
  }

  testing::RealWorld world;
  SystemRandom random;
  auth::ClientSecretStore secrets{world.time(), random};
  auth::Authenticator door{auth::AuthKeys{std::nullopt,
                                          {{sha256("root"), "root", {}, {"operator"}},
                                           {sha256("admin"), "admin", {}, {"admin"}},
                                           {sha256("desk"), "desk", {}, {"sales"}}}},
                           secrets, world.time()};
};

TEST_F(RegistryDoor, IsForAdminsAndOperators) {
  EXPECT_EQ(ask("").status, 401);
  EXPECT_EQ(ask("desk").status, 403);
  EXPECT_EQ(ask("admin").status, 200);
  EXPECT_EQ(ask("root").status, 200);
}

TEST_F(RegistryDoor, TellsVersionsPacksAndTools) {
  EXPECT_EQ(ask("admin").body,
            R"({"version":"1.2.aaaaaaaa","live_versions":["1.2.aaaaaaaa","1.1.bbbbbbbb"],)"
            R"("packs":[{"name":"shop","version":"1.2.0","access_mode":"confirm"}],)"
            R"("tools":[{"name":"wipe_shelf","pack":"shop","version":"2.0.1","category":"action",)"
            R"("access":"destructive","channels":["voice","mcp"]}]})");
}

std::shared_ptr<const registry::Snapshot> shop_with(std::string_view input) {
  registry::ToolSpec tool;
  tool.name = "look";
  tool.summary = "Looks.";
  tool.channels = {registry::Channel::voice};
  tool.input_schema = parse_strict(input)->as_object();
  return std::make_shared<registry::Snapshot>(
      std::vector<registry::Pack>(), std::vector<registry::ToolSpec>{tool}, "1.0.cccccccc");
}

TEST_F(RegistryDoor, ShowsAnExportWithWhatItLoses) {
  const auto shop = shop_with(R"({"type":"object","properties":{"day":{"const":"monday"}}})");

  EXPECT_EQ(ask_export("", "gemini", shop).status, 401);
  EXPECT_EQ(ask_export("desk", "gemini", shop).status, 403);
  EXPECT_EQ(ask_export("admin", "gemini:gemini-3.8-live", shop).body,
            R"({"for":"gemini:gemini-3.8-live","registry_version":"1.0.cccccccc","tools":)"
            R"([{"functionDeclarations":[{"name":"look","description":"Looks.","parameters":)"
            R"({"type":"OBJECT","properties":{"day":{"type":"STRING","enum":["monday"]}}}}]}],)"
            R"("losses":[{"tool":"look","place":"/properties/day","keyword":"const","kind":)"
            R"("rewritten","enforced":"same meaning"}],"costs":[{"tool":"look","tokens":32}],)"
            R"("tokens":39})");
}

TEST_F(RegistryDoor, SaysWhichExportsThereAreAndWhatCannotBeCarried) {
  const auto shop = shop_with(R"({"type":"object","properties":{"on-sale":{"type":"string"}}})");

  const auto unknown = ask_export("root", "acme", shop);
  const auto refused = ask_export("root", "gemini", shop);

  EXPECT_EQ(unknown.status, 404);
  EXPECT_NE(unknown.body.find("openai, xai, gemini"), std::string::npos) << unknown.body;
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(refused.body.find("`on-sale`"), std::string::npos) << refused.body;
}

}  // namespace
}  // namespace callosum::api
