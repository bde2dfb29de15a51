// What a session counts and warns of.
#include <gmock/gmock.h>

#include "conversation_world.hpp"
#include "session/session_slots.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using testing::Conversation;
using ::testing::HasSubstr;
using testing::make_tool;
using ::testing::Not;

std::string limits(int remaining, int of = 1000) {
  return R"({"type":"rate_limits.updated","rate_limits":[{"name":"requests","limit":)" +
         std::to_string(of) + R"(,"remaining":)" + std::to_string(remaining) +
         R"(,"reset_seconds":0.5},{"name":"tokens","limit":50000,"remaining":49000,"reset_seconds":1}]})";
}
constexpr const char* kLow = R"(provider_limits_low_total{limit="requests",provider="fake"} )";

TEST(Session, RemembersWhatTheProviderSaysIsLeft) {
  Conversation c({make_tool("stock")});
  c.model_says(limits(900));
  c.model_says(limits(800));

  const auto& all = c.session->provider_limits().all();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].name, "requests");
  EXPECT_EQ(all[0].limit, 1000);
  EXPECT_EQ(all[0].remaining, 800);
  EXPECT_EQ(all[0].reset_s, 0.5);
  EXPECT_EQ(c.got("rate_limits.updated").size(), 2u);
  EXPECT_THAT(c.metrics.render(), Not(HasSubstr("provider_limits_low")));
}

TEST(Session, WarnsOnceEachTimeATenthOfARateLimitIsReached) {
  Conversation c({make_tool("stock")});
  c.model_says(limits(99));
  c.model_says(limits(50));
  const auto once = c.metrics.render();
  c.model_says(limits(100));
  c.model_says(limits(0));

  EXPECT_THAT(once, HasSubstr(kLow + std::string("1")));
  EXPECT_THAT(c.metrics.render(), HasSubstr(kLow + std::string("2")));
}

TEST(Session, TakesRateLimitsOfAnyShape) {
  Conversation c({make_tool("stock")});
  for (
      const char* odd :
      {R"({"type":"rate_limits.updated"})", R"({"type":"rate_limits.updated","rate_limits":7})",
       R"({"type":"rate_limits.updated","rate_limits":[null,7,{},{"name":3,"limit":"x"}]})",
       R"({"type":"rate_limits.updated","rate_limits":[{"name":"requests","limit":0,"remaining":0}]})",
       R"({"type":"rate_limits.updated")"}) {
    c.model_says(odd);
  }
  std::string many = R"({"type":"rate_limits.updated","rate_limits":[)";
  for (int i = 0; i < 1000; ++i) {
    many += R"({"name":"n)" + std::to_string(i) + R"(","limit":10,"remaining":10},)";
  }
  many.back() = ']';
  c.model_says(many + "}");

  EXPECT_LE(c.session->provider_limits().all().size(), 16u);
  EXPECT_FALSE(c.ended);
}

TEST(Session, CountsAudioThatSlowReadersLostOnce) {
  Conversation c({make_tool("stock")});
  c.caller->dropped_audio = 7;
  c.models[0]->dropped_audio = 3;
  c.response_created("resp_1");
  c.response_done("resp_1");
  c.response_created("resp_2");
  c.response_done("resp_2");
  const auto page = c.metrics.render();
  c.caller->dropped_audio = 9;
  c.hang_up();

  EXPECT_THAT(page, HasSubstr(R"(audio_frames_dropped_total{direction="to_caller"} 7)"));
  EXPECT_THAT(page, HasSubstr(R"(audio_frames_dropped_total{direction="to_provider"} 3)"));
  EXPECT_THAT(c.metrics.render(),
              HasSubstr(R"(audio_frames_dropped_total{direction="to_caller"} 9)"));
}

TEST(Session, CountsAudioThatFoundNoModelAndConnectionsMadeAgain) {
  Conversation c({make_tool("stock")});
  c.models[0]->dropped_audio = 2;
  c.lose_model();
  c.caller_says(R"({"type":"input_audio_buffer.append","audio":"AAAA"})");
  c.pass(2s);
  c.hang_up();

  const auto page = c.metrics.render();
  EXPECT_THAT(page, HasSubstr(R"(audio_frames_dropped_total{direction="to_provider"} 3)"));
  EXPECT_THAT(page, HasSubstr(R"(provider_reconnects_total{provider="fake"} 1)"));
}

TEST(Session, HoldsSoMuchForAModelThatIsAwayAndSaysWhatIsLost) {
  Conversation c({make_tool("stock")});
  c.refusals_left = 3;
  c.lose_model();
  const std::string item =
      R"({"type":"conversation.item.create","item":{"type":"message","role":"system","content":")" +
      std::string(100'000, 'x') + "\"}}";
  for (int i = 0; i < 8; ++i) c.caller_says(item);
  const auto errors = c.got("error").size();
  c.pass(20s);
  c.caller_says(item);

  EXPECT_EQ(errors, 3u);
  EXPECT_EQ(c.sent("conversation.item.create").size(), 6u);
  EXPECT_EQ(c.got("error").size(), 3u);
}

TEST(SessionSlots, AreGivenBackHoweverTheyEnd) {
  SessionSlots slots;
  slots.limit(2);
  {
    auto first = slots.take();
    auto second = slots.take();
    const auto third = slots.take();
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(third);
    const SessionSlot moved = std::move(first);
    second = SessionSlot();
    EXPECT_EQ(slots.taken(), 1u);
    EXPECT_TRUE(slots.take());
  }
  EXPECT_EQ(slots.taken(), 0u);
}

}  // namespace
}  // namespace callosum::session
