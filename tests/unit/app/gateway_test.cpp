#include "app/gateway.hpp"

#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>

#include "app/call/call_client.hpp"
#include "app/planner.hpp"
#include "app/wiring.hpp"
#include "base/encoding.hpp"
#include "config/load.hpp"
#include "real_world.hpp"

namespace callosum::app {
namespace {

using ::testing::HasSubstr;

constexpr const char* kKey = "a-key-of-the-test";

/// A gateway whose provider is broken in a way that nobody has thought of.
std::unique_ptr<Parts> broken_parts(const testing::TempFolder& folder,
                                    const std::string& export_name = "openai") {
  config::Config config;
  config.listen.port = 0;
  config.admin_listen.port = 0;
  config.threads = 1;
  config.data = (folder.path() / "data").string();
  config.packs = {std::string(CALLOSUM_SOURCE_DIR) + "/packs"};
  config.log.file = (folder.path() / "log").string();
  config.auth.api_keys = {
      {.hash = sha256_hex(kKey), .subject = "test", .tenants = {"willow-hair"}}};
  PartsOptions options;
  options.config = config;
  options.is_demo = true;
  options.with_provider = false;
  auto parts = make_parts(std::move(options)).value();
  const auto live = parts->metrics.gauge("editions", "For the test.");
  const auto build = [live, export_name, &kinds = parts->kinds](const auto& snapshot,
                                                                auto& problems) {
    std::vector<tool::ToolKind*> list;
    for (const auto& kind : kinds) list.push_back(kind.get());
    ProviderFactory provider;
    provider.make = [](const std::string&) -> std::unique_ptr<realtime::ModelPort> {
      throw std::logic_error("nobody thought of this");
    };
    provider.export_name = export_name;
    provider.model = "a-model";
    return Result<std::unique_ptr<Edition>>(std::make_unique<Edition>(
        pipeline::Catalog::make(snapshot, list, problems), provider, live));
  };
  registry::RegistryOptions registry{
      .folders = {config.packs.front()}, .providers = {"openai"}, .is_locked = true, .accept = {}};
  parts->editions =
      Editions::make({std::move(registry), build, *parts->log, parts->metrics}).value();
  return parts;
}

TEST(Gateway, SaysOfACredentialThatItHasNoToolsAndWhy) {
  testing::TempFolder folder;
  auto parts = broken_parts(folder, "an-export-that-is-not-there");
  testing::RealWorld world;
  api::auth::Principal principal;
  principal.tenants = {"willow-hair"};

  Planner planner(*parts);
  const auto plan = world.run(planner.plan_token(principal, {"willow-hair", ""})).value();

  EXPECT_TRUE(plan.tools_unavailable);
  EXPECT_TRUE(plan.session.at("tools").as_array().empty());
  EXPECT_EQ(plan.session.at("tool_choice"), "auto");
  EXPECT_THAT(std::string(plan.session.at("instructions").as_string()), HasSubstr("Willow"));
  EXPECT_THAT(parts->metrics.render(), HasSubstr("tools_unavailable_total 1"));
  parts.reset();  // the log is on disk then
  std::ifstream file(folder.path() / "log");
  const std::string log((std::istreambuf_iterator<char>(file)), {});
  EXPECT_THAT(log, HasSubstr("tools_unavailable"));
  EXPECT_THAT(log, HasSubstr("an-export-that-is-not-there"));
}

TEST(Gateway, LogsWhatASessionThrowsUnderAnId) {
  testing::TempFolder folder;
  {
    auto gateway = Gateway::make(broken_parts(folder), {}).value();
    std::thread serving([&] { gateway->run(); });
    testing::RealWorld world;
    CallOptions call;
    call.url = "ws://127.0.0.1:" + std::to_string(gateway->port()) + "/v1/realtime";
    call.token = kKey;
    call.text = "hello";

    const auto outcome = world.run(place_call(world.time(), std::move(call)));

    ::kill(::getpid(), SIGTERM);
    serving.join();
    EXPECT_FALSE(outcome);
  }
  std::ifstream file(folder.path() / "log");
  const std::string log((std::istreambuf_iterator<char>(file)), {});
  EXPECT_THAT(log, HasSubstr("connection_bug"));
  EXPECT_THAT(log, HasSubstr("nobody thought of this"));
  EXPECT_THAT(log, HasSubstr("err_"));
}

}  // namespace
}  // namespace callosum::app
