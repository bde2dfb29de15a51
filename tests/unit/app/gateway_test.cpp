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
#include "base/json.hpp"
#include "config/load.hpp"
#include "net/client.hpp"
#include "real_world.hpp"
#include "tool/builtin/builtin_kind.hpp"
#include "tool/builtin/meta_tools.hpp"
#include "tool/builtin/phone_tools.hpp"

namespace callosum::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kKey = "a-key-of-the-test";

constexpr std::string_view kBrokenPack = R"(pack: shop
version: 1.0.0
tools:
  - name: get_price
    version: 1.0.0
    summary: The price of an article.
    description: The price of an article, in the shop's currency.
    category: retrieval
    access: read
    channels: [voice, text]
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {price: {type: number}}, required: [price]}
    say_on_failure: I cannot see the price.
    run: {builtin: noop}
)";

/// Its builtin tools throw.
std::unique_ptr<tool::ToolKind> broken_builtins() {
  auto kind = std::make_unique<tool::builtin::BuiltinKind>();
  kind->add("noop", [](const auto&, auto) -> boost::asio::awaitable<Result<tool::ToolOutput>> {
    throw std::logic_error("the price list is on fire");
  });
  tool::builtin::add_meta_tools(*kind, nullptr);
  tool::builtin::add_phone_tools(*kind);
  return kind;
}

/// A gateway whose provider and tools are broken in a way that nobody has thought of.
std::unique_ptr<Parts> broken_parts(const testing::TempFolder& folder,
                                    const std::string& export_name = "openai") {
  config::Config config;
  config.listen.port = 0;
  config.admin_listen.port = 0;
  config.threads = 1;
  config.data = (folder.path() / "data").string();
  std::filesystem::create_directory(folder.path() / "pack");
  std::ofstream(folder.path() / "pack/pack.yaml") << kBrokenPack;
  config.packs = {std::string(CALLOSUM_SOURCE_DIR) + "/packs", (folder.path() / "pack").string()};
  config.log.file = (folder.path() / "log").string();
  config.auth.api_keys = {
      {.hash = sha256_hex(kKey), .subject = "test", .tenants = {"willow-hair"}}};
  PartsOptions options;
  options.config = config;
  options.is_demo = true;
  options.with_provider = false;
  auto parts = make_parts(std::move(options)).value();
  for (auto& kind : parts->kinds) {
    if (kind->name() == "builtin") kind = broken_builtins();
  }
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
        pipeline::Catalog::make(snapshot, list, problems), std::vector{provider}, live));
  };
  registry::RegistryOptions registry{.folders = {config.packs.begin(), config.packs.end()},
                                     .providers = {"openai"},
                                     .is_locked = true,
                                     .accept = {}};
  parts->editions =
      Editions::make({std::move(registry), build, *parts->log, parts->metrics}).value();
  return parts;
}

/// What was logged by now.
std::string log_in(const testing::TempFolder& folder) {
  std::ifstream file(folder.path() / "log");
  return {std::istreambuf_iterator<char>(file), {}};
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

TEST(Gateway, AnswersWhatAToolThrowsWithTheIdUnderWhichItsCauseIsLogged) {
  testing::TempFolder folder;
  net::HttpResponse answer;
  {
    auto gateway = Gateway::make(broken_parts(folder), {}).value();
    std::thread serving([&] { gateway->run(); });
    testing::RealWorld world;
    net::HttpRequest request;
    request.method = "POST";
    request.headers.set("Authorization", std::string("Bearer ") + kKey);
    request.body = R"({"tenant_id":"willow-hair","tool_name":"get_price"})";
    const auto url = "http://127.0.0.1:" + std::to_string(gateway->port());
    const net::HttpClientOptions options;
    answer = world
                 .run(net::send_http(world.time(), url + "/api/ai/realtime-tools/execute", request,
                                     options, world.in(std::chrono::seconds(20))))
                 .value();

    ::kill(::getpid(), SIGTERM);
    serving.join();
  }
  ASSERT_EQ(answer.status, 500) << answer.body;
  EXPECT_THAT(answer.body, Not(HasSubstr("on fire")));
  const auto body = parse_strict(answer.body)->as_object();
  EXPECT_EQ(body.at("status"), "error");
  EXPECT_EQ(body.at("message"), "Realtime tool execution failed");
  const auto log = log_in(folder);
  const auto at = log.find(std::string(body.at("error_id").as_string()));
  ASSERT_NE(at, std::string::npos) << log;
  const auto start = log.rfind('\n', at) + 1;
  const auto line = log.substr(start, log.find('\n', at) - start);
  EXPECT_THAT(line, HasSubstr("realtime_tool_failed"));
  EXPECT_THAT(line, HasSubstr("shop.get_price"));
  EXPECT_THAT(line, HasSubstr("the price list is on fire"));
}

}  // namespace
}  // namespace callosum::app
