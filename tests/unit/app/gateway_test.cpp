#include "app/gateway.hpp"

#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>

#include "app/call/call_client.hpp"
#include "app/wiring.hpp"
#include "base/encoding.hpp"
#include "config/load.hpp"
#include "real_world.hpp"

namespace callosum::app {
namespace {

using ::testing::HasSubstr;

constexpr const char* kKey = "a-key-of-the-test";

/// A gateway whose provider is broken in a way that nobody has thought of.
std::unique_ptr<Parts> broken_parts(const testing::TempFolder& folder) {
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
  const auto build = [live, &kinds = parts->kinds](const auto& snapshot, auto& problems) {
    std::vector<tool::ToolKind*> list;
    for (const auto& kind : kinds) list.push_back(kind.get());
    ProviderFactory provider;
    provider.make = [](const std::string&) -> std::unique_ptr<realtime::ModelPort> {
      throw std::logic_error("nobody thought of this");
    };
    provider.export_name = "openai";
    return Result<std::unique_ptr<Edition>>(std::make_unique<Edition>(
        pipeline::Catalog::make(snapshot, list, problems), provider, live));
  };
  registry::RegistryOptions registry{
      .folders = {config.packs.front()}, .providers = {"openai"}, .is_locked = true, .accept = {}};
  parts->editions =
      Editions::make({std::move(registry), build, *parts->log, parts->metrics}).value();
  return parts;
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
