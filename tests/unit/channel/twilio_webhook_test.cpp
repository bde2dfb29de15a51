// What a webhook says, what it is answered with, and which of them may be the next of a call.
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "channel/twilio/call_steps.hpp"
#include "channel/twilio/twiml.hpp"
#include "channel/twilio/voice_form.hpp"
#include "golden.hpp"

namespace callosum::channel::twilio {
namespace {

const std::string kCall = "CA" + std::string(32, '1');
const std::string kAccount = "AC" + std::string(32, 'f');
std::string form(const std::string& more = "") {
  return "CallSid=" + kCall + "&AccountSid=" + kAccount + "&From=%2B15550001111" + more;
}

TEST(VoiceForm, KeepsEveryFieldAsItWasSent) {
  const auto fields = decode_form("A=+x+&B=&C&D=%C3%A9%2B&B=2");
  ASSERT_TRUE(fields);
  const FormFields expected{{"A", " x "}, {"B", ""}, {"C", ""}, {"D", "é+"}, {"B", "2"}};
  EXPECT_EQ(*fields, expected);
}

TEST(VoiceForm, RefusesWhatIsNoForm) {
  for (const std::string bad : {"A=%", "A=%2", "A=%zz", "A=%FF", "A=%00", "%C3=1"}) {
    EXPECT_FALSE(decode_form(bad)) << bad;
  }
  std::string many;
  for (int i = 0; i < 129; ++i) many += "a=1&";
  EXPECT_FALSE(decode_form(many));
  EXPECT_FALSE(decode_form(std::string(64 * 1024 + 1, 'a')));
}

TEST(VoiceForm, SaysWhoCallsWhomAndWhoVouchesForIt) {
  const auto fields =
      decode_form(form("&To=%2B3906&StirVerstat=TN-Validation-Passed-A"
                       "&RecordingUrl=javascript:1&Digits=5"));
  const auto read = read_voice_form(*fields);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->call_sid, kCall);
  EXPECT_EQ(read->from, "+15550001111");
  EXPECT_EQ(read->verstat, "TN-Validation-Passed-A");
  EXPECT_EQ(read->recording_url, "");
}

TEST(VoiceForm, RefusesMalformedIdsAndFieldsThatAreThereTwice) {
  const auto is_read = [](const std::string& text) {
    return static_cast<bool>(read_voice_form(*decode_form(text)));
  };
  EXPECT_TRUE(is_read(form()));
  EXPECT_FALSE(is_read(form("&From=%2B1666")));
  EXPECT_FALSE(is_read(form("&CallSid=" + kCall)));
  EXPECT_FALSE(is_read("AccountSid=" + kAccount));
  EXPECT_FALSE(is_read("CallSid=CA12&AccountSid=" + kAccount));
  EXPECT_FALSE(is_read("CallSid=" + kAccount + "&AccountSid=" + kAccount));
}

TEST(VoiceForm, KnowsANumberFromAWord) {
  for (const auto* good : {"+15550001111", "+3906123456", "+447700900123"}) {
    EXPECT_TRUE(is_e164(good)) << good;
  }
  for (const auto* bad : {"", "+", "15550001111", "+0555000111", "anonymous", "+1555x001111",
                          "client:ann", "sip:+15550001111@x", "+123456", "+1234567890123456"}) {
    EXPECT_FALSE(is_e164(bad)) << bad;
  }
}

TEST(VoiceForm, APlaceholderForAWithheldNumberNamesNobody) {
  EXPECT_EQ(caller_number("+15550001111"), "+15550001111");
  for (const auto* none : {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253",
                           "anonymous", "sip:+15550001111@x"}) {
    EXPECT_EQ(caller_number(none), "") << none;
  }
}

TEST(Twiml, IsWhatTwilioReads) {
  const StreamTwiml stream{"wss://voice.example/twilio/media", "0f3a",
                           "https://voice.example/twilio/voice?step=1&x=\"<é>'"};
  EXPECT_TRUE(testing::matches_golden(connect_stream_twiml(stream), "twilio/connect.xml"));
  auto again = stream;
  again.pause = std::chrono::seconds(3);
  again.words = "One moment & a half.";
  EXPECT_TRUE(testing::matches_golden(connect_stream_twiml(again), "twilio/connect_again.xml"));
  EXPECT_TRUE(testing::matches_golden(dial_twiml("+12125550777", 3600), "twilio/dial.xml"));
  EXPECT_TRUE(testing::matches_golden(hangup_twiml(), "twilio/hangup.xml"));
  EXPECT_TRUE(testing::matches_golden(busy_twiml(), "twilio/busy.xml"));
  EXPECT_TRUE(testing::matches_golden(
      dial_twiml("+390612345678", "https://voice.example/twilio/voice?step=2&x=1", 86'400),
      "twilio/dial_and_ask.xml"));
  EXPECT_TRUE(testing::matches_golden(say_twiml("Bitte später & nochmals\x01"), "twilio/say.xml"));
}

TEST(CallSteps, GoForwardsOnly) {
  CallSoFar call;
  EXPECT_EQ(judge_voice_step(call, 0), VoiceStep::connect);
  EXPECT_EQ(judge_voice_step(call, 1), VoiceStep::replayed);  // of a call that nobody knows
  call = {.is_known = true, .next_step = 2};
  EXPECT_EQ(judge_voice_step(call, 0), VoiceStep::replayed);
  EXPECT_EQ(judge_voice_step(call, 1), VoiceStep::replayed);
  EXPECT_EQ(judge_voice_step(call, 2), VoiceStep::connect);
  EXPECT_EQ(judge_voice_step(call, 3), VoiceStep::replayed);
  EXPECT_EQ(judge_voice_step(call, -1), VoiceStep::replayed);
}

TEST(CallSteps, EndWhereTheConversationOrTheCallHas) {
  CallSoFar call{.is_known = true, .is_conversed_out = true, .next_step = 1};
  EXPECT_EQ(judge_voice_step(call, 1), VoiceStep::hang_up);
  call.is_over = true;
  EXPECT_EQ(judge_voice_step(call, 1), VoiceStep::replayed);
  const CallSoFar tired{.is_known = true, .next_step = kMostStreams};
  EXPECT_EQ(judge_voice_step(tired, kMostStreams), VoiceStep::hang_up);
}

TEST(CallSteps, ComeBackAtOnceTheFirstTimeAndLaterEachTimeAfterThat) {
  EXPECT_EQ(pause_after(0).count(), 0);
  auto all = pause_after(0);
  for (int step = 1; step < kMostStreams - 1; ++step) {
    EXPECT_GT(pause_after(step), pause_after(step - 1));
    all += pause_after(step);
  }
  EXPECT_EQ(all.count(), 10);
  EXPECT_EQ(pause_after(kMostStreams - 1).count(), 0);
  EXPECT_EQ(pause_after(-1).count(), 0);
}

TEST(CallSteps, LeadToWhomTheConversationAskedForAndBackWhereNobodyAnswers) {
  CallSoFar call{.is_known = true, .next_step = 1, .wants_transfer = true};
  EXPECT_EQ(judge_voice_step(call, 1), VoiceStep::transfer);
  EXPECT_EQ(judge_voice_step(call, 0), VoiceStep::replayed);
  for (const auto* nobody : {"no-answer", "busy", "failed", "canceled"}) {
    call.dialled = nobody;
    EXPECT_EQ(judge_voice_step(call, 1), VoiceStep::connect) << nobody;
  }
  for (const auto* somebody : {"completed", "answered"}) {
    call.dialled = somebody;
    EXPECT_EQ(judge_voice_step(call, 1), VoiceStep::hang_up) << somebody;
  }
  call.is_over = true;
  EXPECT_EQ(judge_voice_step(call, 1), VoiceStep::replayed);
}

TEST(CallSteps, AreReadFromTheirOwnSpellingAlone) {
  EXPECT_EQ(parse_step(""), 0);
  EXPECT_EQ(parse_step("5"), 5);
  for (const auto* bad : {"0", "-1", "+1", " 1", "1 ", "1x", "4294967297", "1e1"}) {
    EXPECT_EQ(parse_step(bad), -1) << bad;
  }
}

TEST(CallSteps, OfTheCarrierGoForwardsToo) {
  EXPECT_TRUE(may_follow("", "ringing"));
  EXPECT_TRUE(may_follow("ringing", "in-progress"));
  EXPECT_TRUE(may_follow("ringing", "busy"));
  EXPECT_FALSE(may_follow("in-progress", "ringing"));
  EXPECT_FALSE(may_follow("completed", "completed"));
  EXPECT_FALSE(may_follow("completed", "failed"));
  EXPECT_FALSE(may_follow("ringing", "what"));
  EXPECT_TRUE(is_final_status("no-answer"));
  EXPECT_FALSE(is_final_status("in-progress"));
}

}  // namespace
}  // namespace callosum::channel::twilio
