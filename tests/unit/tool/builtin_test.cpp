#include <gtest/gtest.h>

#include "tool/builtin/builtin_kind.hpp"
#include "virtual_world.hpp"

namespace callosum::tool::builtin {
namespace {

using namespace std::chrono_literals;

boost::asio::awaitable<Result<ToolOutput>> greet(std::string name) {
  ToolOutput output;
  output.data = "hello " + name;
  co_return output;
}

registry::ToolSpec make_tool(json::value config) {
  registry::ToolSpec tool;
  tool.run.kind = "builtin";
  tool.run.config = std::move(config);
  return tool;
}

BuiltinKind make_kind() {
  BuiltinKind kind;
  kind.add("greet", [](const Invocation& invocation, async::Deadline) {
    return greet(std::string(invocation.arguments.at("name").as_string()));
  });
  return kind;
}

TEST(BuiltinKind, RunsTheFunctionOfThatName) {
  testing::VirtualWorld world;
  auto kind = make_kind();
  const auto tool = make_tool({{"builtin", "greet"}});
  const auto handler = kind.make(tool, {});
  ASSERT_TRUE(handler);
  const json::object arguments{{"name", "Ada"}};
  const registry::CallContext context;
  const std::string key;
  const Invocation invocation{tool, arguments, context, key};

  const auto output = world.run((*handler)->run(invocation, world.in(1s)));

  ASSERT_TRUE(output);
  EXPECT_EQ(output->data, json::value("hello Ada"));
}

TEST(BuiltinKind, NamesTheNearestFunctionWhereThereIsNone) {
  auto kind = make_kind();

  const auto handler = kind.make(make_tool({{"builtin", "gret"}}), {});

  ASSERT_FALSE(handler);
  EXPECT_EQ(handler.error().type, ErrorType::validation);
  EXPECT_EQ(handler.error().message,
            "run.builtin: there is no function 'gret'; did you mean greet?");
}

TEST(BuiltinKind, RefusesARunThatIsNoName) {
  auto kind = make_kind();

  for (const json::value& config :
       {json::value(nullptr), json::value("greet"), json::value({{"builtin", 7}}),
        json::value({{"builtin", "greet"}, {"more", 1}})}) {
    EXPECT_FALSE(kind.make(make_tool(config), {})) << config;
  }
}

}  // namespace
}  // namespace callosum::tool::builtin
