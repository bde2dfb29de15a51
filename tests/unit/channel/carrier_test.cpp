// What each further carrier says of a call, and what it is answered with.
#include "channel/twilio/carrier.hpp"

#include <gtest/gtest.h>

#include "channel/twilio/media_wire.hpp"
#include "golden.hpp"

namespace callosum::channel::twilio {
namespace {

Result<VoiceForm> read(const Carrier& carrier, const std::string& body) {
  const auto fields = decode_form(body);
  if (!fields) return fields.error();
  return read_voice_form(*fields, *carrier.form);
}

const std::string kTelnyxCall = "CallSid=v3%3A9X2vxPDFY2RHSJ1EdMS0RHRksMTg7ldNxdjWbVr9-_aiQ";
const std::string kTelnyxAccount = "&AccountSid=f5586561-8ff0-4291-a51b-c7dfe4139ff9";
const std::string kPlivoCall = "CallUUID=a1b2c3d4-0000-4000-8000-000000000001";

TEST(TelnyxForm, SaysWhoCallsWhom) {
  const auto form = read(telnyx_carrier(),
                         kTelnyxCall + kTelnyxAccount + "&From=%2B35319605860&To=%2B13129457420");
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_EQ(form->call_sid, "v3:9X2vxPDFY2RHSJ1EdMS0RHRksMTg7ldNxdjWbVr9-_aiQ");
  EXPECT_EQ(form->from, "+35319605860");
  EXPECT_EQ(form->to, "+13129457420");
  EXPECT_EQ(form->source, "");
}

TEST(TelnyxForm, VouchesForNobody) {
  const auto form =
      read(telnyx_carrier(), kTelnyxCall + kTelnyxAccount +
                                 "&StirVerstat=TN-Validation-Passed-A&ShakenStirAttestation=A");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->verstat, "");
}

TEST(TelnyxForm, RefusesIdsThatAreNone) {
  for (const std::string bad :
       {"", "CallSid=v3", "CallSid=v3%3Aabc%27--defghi", "CallSid=v3%3Aabc%2Fdefghi"}) {
    EXPECT_FALSE(read(telnyx_carrier(), bad + kTelnyxAccount)) << bad;
  }
  EXPECT_FALSE(read(telnyx_carrier(), kTelnyxCall));
  EXPECT_FALSE(read(telnyx_carrier(), kTelnyxCall + kTelnyxAccount + kTelnyxAccount));
  EXPECT_FALSE(read(telnyx_carrier(), "CallSid=" + std::string(121, 'a') + kTelnyxAccount));
}

TEST(PlivoForm, WritesNumbersWithoutTheirPlus) {
  const auto form = read(plivo_carrier(), kPlivoCall +
                                              "&From=14158675310&To=12125550100"
                                              "&CallStatus=ringing&Duration=12");
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_EQ(form->call_sid, "a1b2c3d4-0000-4000-8000-000000000001");
  EXPECT_EQ(form->account_sid, "");
  EXPECT_EQ(form->from, "+14158675310");
  EXPECT_EQ(form->to, "+12125550100");
  EXPECT_EQ(form->duration_s, "12");
}

TEST(PlivoForm, LeavesAloneWhatIsNoNumber) {
  for (const std::string from : {"anonymous", "sip:ann@phone.example", "+14158675310", "0123"}) {
    const auto form = read(plivo_carrier(), kPlivoCall + "&From=" + (from[0] == '+' ? "%2B" : "") +
                                                from.substr(from[0] == '+' ? 1 : 0));
    ASSERT_TRUE(form);
    EXPECT_EQ(form->from, from);
  }
  const auto withheld = read(plivo_carrier(), kPlivoCall + "&From=266696687");
  ASSERT_TRUE(withheld);
  EXPECT_EQ(caller_number(withheld->from), "");
}

TEST(PlivoForm, RefusesAnIdThatIsNoUuid) {
  EXPECT_FALSE(read(plivo_carrier(), "CallUUID=CA11111111111111111111111111111111"));
  EXPECT_FALSE(read(plivo_carrier(), "From=14158675310"));
}

TEST(Markup, IsWhatEachCarrierReads) {
  for (const auto* carrier : {&telnyx_carrier(), &plivo_carrier()}) {
    const auto& markup = *carrier->markup;
    const StreamTwiml stream{"wss://voice.example/media", "0f3a",
                             "https://voice.example/voice?step=1&x=\"<é>{token}'"};
    auto again = stream;
    again.words = "One moment & a half.";
    const std::string written =
        connect_stream_twiml(stream, markup) + "\n" + connect_stream_twiml(again, markup) + "\n" +
        dial_twiml("12125550777", "https://v.example/?a=1&b=2", 3600, markup) + "\n" +
        dial_twiml("12125550777", 3600, markup) + "\n" + hangup_twiml(markup) + "\n" +
        busy_twiml(markup) + "\n" + say_twiml("später & nochmals", markup);
    EXPECT_TRUE(testing::matches_golden(written, "twilio/" + std::string(carrier->name) + ".xml"));
  }
}

std::string token_in(const std::string& headers) {
  const auto start = decode_media(
      kPlivo, R"({"event":"start","start":{"callId":"c1","streamId":"s1","accountId":"a",)"
              R"("mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000}},"extra_headers":")" +
                  headers + "\"}");
  return start ? start->token : "no start";
}

TEST(PlivoStream, HasItsTokenInEitherSpelling) {
  EXPECT_EQ(token_in("token=0f3a"), "0f3a");
  EXPECT_EQ(token_in("a=1;token=0f3a"), "0f3a");
  EXPECT_EQ(token_in("{X-PH-token: 0f3a}"), "0f3a");
  EXPECT_EQ(token_in("{X-PH-a: 1, X-Ph-Token: 0f3a}"), "0f3a");
  for (const auto* none : {"", "{}", "{", "token", "=0f3a", "tokens=0f3a", ";;,=:"}) {
    EXPECT_EQ(token_in(none), "") << none;
  }
}

}  // namespace
}  // namespace callosum::channel::twilio
