// xAI keeps a conversation for half an hour: a connection that is killed in the middle of a call is
// followed by one that goes on there, or, where that comes to nothing, by one that is told anew.
// The caller cannot tell which.
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "slow_write.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRules = R"yaml(
rules:
  - {when: {tool_output: reserve}, say: It is reserved.}
  - {when: {text: result of the earlier call}, say: It is reserved.}
  - when: {text: go, connection: 1}
    times: 1
    calls: [{name: reserve, arguments: '{"ref":"R1"}'}]
    delay_ms: 20
    faults: [{kind: disconnect, at: 99, manner: reset}]
  - {when: {text: go}, say: It is reserved.}
)yaml";

/// Items of the conversation with these words, as the caller was told them.
std::size_t times_added(const std::string& heard, std::string_view words) {
  std::size_t times = 0;
  for (const auto line : split(heard, '\n')) {
    const bool is_added = line.find(R"("type":"conversation.item.added")") != line.npos;
    if (is_added && line.find(words) != line.npos) ++times;
  }
  return times;
}

class KeptConversation : public ::testing::Test {
 protected:
  std::uint64_t counter(const char* name) {
    const auto stats = cloud.stats();
    const auto* value = stats.if_contains(name);
    return value && value->is_number() ? value->to_number<std::uint64_t>() : 0;
  }
  /// A call is made, its connection killed, and the talk goes on; what the caller was told.
  std::string lose_a_call(const std::string& script) {
    cloud.follow(script + kRules);
    world.backend.hold();
    EXPECT_TRUE(world.call());
    world.ask_for("hello there");
    auto heard = world.hear("You said: hello there");
    world.ask_for("go");
    EXPECT_TRUE(eventually([&] { return world.backend.requests() == 1; }, 10s));
    EXPECT_TRUE(eventually([&] { return counter("connections") >= 2; }, 20s));
    world.backend.release();
    heard += world.hear("It is reserved.");
    world.ask_for("hello again");
    return heard + world.hear("You said: hello again");
  }
  void expect_whole(const std::string& heard) {
    EXPECT_THAT(heard, Not(HasSubstr("(the end)")));
    EXPECT_THAT(heard, Not(HasSubstr(R"("type":"error")")));
    for (const char* words :
         {"It is reserved.", "You said: hello there", "You said: hello again"}) {
      EXPECT_EQ(times_said(heard, words), 1u) << words << "\n" << heard;
    }
    for (const char* words : {"\"hello there\"", "\"go\"", "\"hello again\""}) {
      EXPECT_EQ(times_added(heard, words), 1u) << words << "\n" << heard;
    }
    EXPECT_EQ(world.backend.requests(), 1u);
  }

  Cloud cloud{"xai"};
  SlowWrite world{{"--set", "provider=xai", "--set", "providers.xai.url=" + cloud.url()},
                  any_keys()};
};

class ReplayedAs : public KeptConversation, public ::testing::WithParamInterface<const char*> {};
class NotReplayed : public KeptConversation, public ::testing::WithParamInterface<const char*> {};

TEST_P(ReplayedAs, IsGoneOnWithAndGivenTheOutputOfItsOpenCall) {
  const auto heard = lose_a_call(GetParam());

  expect_whole(heard);
  EXPECT_EQ(counter("connections"), 2u);
  EXPECT_EQ(counter("resumed_conversations"), 1u);
  EXPECT_EQ(counter("function_outputs"), 1u);
  EXPECT_EQ(counter("duplicate_outputs"), 0u);
  ASSERT_EQ(cloud.outputs().size(), 1u);
}

TEST_P(NotReplayed, IsToldAnewInText) {
  const auto heard = lose_a_call(GetParam());

  expect_whole(heard);
  EXPECT_EQ(counter("function_outputs"), 0u);
  EXPECT_LE(counter("connections"), 3u);
}

INSTANTIATE_TEST_SUITE_P(Each, ReplayedAs, ::testing::Values("replay: added", "replay: created"),
                         [](const auto& row) { return std::string(row.param).substr(8); });
INSTANTIATE_TEST_SUITE_P(Each, NotReplayed,
                         ::testing::Values("resumption_seconds: 0", "replay: endless",
                                           "replay: huge"),
                         [](const auto& row) {
                           const std::string text(row.param);
                           return text.starts_with("replay") ? text.substr(8) : "forgotten";
                         });

}  // namespace
}  // namespace callosum::testing
