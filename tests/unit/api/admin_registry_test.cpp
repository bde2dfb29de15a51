#include "api/admin_registry.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
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

}  // namespace
}  // namespace callosum::api
