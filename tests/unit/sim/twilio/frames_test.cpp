#include "sim/twilio/frames.hpp"

#include <gmock/gmock.h>

#include "sim/twilio/phone.hpp"
#include "sim/twilio/sound.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::twilio {
namespace {

using ::testing::HasSubstr;

TEST(TwilioFrames, AreNumberedAsTheCarrierNumbersThem) {
  FrameWriter writer({"AC1", "CA1", "MZ1"});

  EXPECT_EQ(FrameWriter::connected(),
            R"({"event":"connected","protocol":"Call","version":"1.0.0"})");
  EXPECT_EQ(
      writer.start({{"token", "t"}}),
      R"({"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"accountSid":"AC1",)"
      R"("streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":)"
      R"("audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"token":"t"}}})");
  EXPECT_EQ(writer.media(std::vector<std::uint8_t>{0xff, 0xff, 0xff}, Ms(20)),
            R"({"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1",)"
            R"("timestamp":"20","payload":"////"},"streamSid":"MZ1"})");
  EXPECT_EQ(writer.dtmf('#'), R"({"event":"dtmf","sequenceNumber":"3","streamSid":"MZ1",)"
                              R"("dtmf":{"track":"inbound_track","digit":"#"}})");
  EXPECT_EQ(writer.mark("m"),
            R"({"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"m"}})");
  EXPECT_EQ(writer.stop(), R"({"event":"stop","sequenceNumber":"5","streamSid":"MZ1",)"
                           R"("stop":{"accountSid":"AC1","callSid":"CA1"}})");
}

TEST(TwilioFrames, TakesTheThreeOrdersAndNothingElse) {
  const auto media =
      decode_order(R"({"event":"media","streamSid":"MZ1","media":{"payload":"AAEC"}})", "MZ1");
  ASSERT_TRUE(media);
  EXPECT_EQ(media->sound, (std::vector<std::uint8_t>{0, 1, 2}));
  EXPECT_EQ(decode_order(R"({"event":"mark","streamSid":"MZ1","mark":{"name":"a"}})", "MZ1")->mark,
            "a");
  EXPECT_EQ(decode_order(R"({"event":"clear","streamSid":"MZ1"})", "MZ1")->kind, OrderKind::clear);

  const std::vector<std::pair<std::string, std::string>> bad{
      {"{", "no JSON"},
      {"5", "no JSON"},
      {R"({"event":"clear"})", "streamSid"},
      {R"({"event":"clear","streamSid":"MZ2"})", "streamSid"},
      {R"({"event":"mark","streamSid":"MZ1"})", "mark.name"},
      {R"({"event":"media","streamSid":"MZ1"})", "payload"},
      {R"({"event":"media","streamSid":"MZ1","media":{"payload":"A"}})", "base64"},
      {R"({"event":"stop","streamSid":"MZ1"})", "no such event"}};
  for (const auto& [text, why] : bad) {
    const auto order = decode_order(text, "MZ1");
    ASSERT_FALSE(order) << text;
    EXPECT_THAT(order.error().message, HasSubstr(why));
  }
}

TEST(TwilioPhone, FindsTheGatewayBehindItsPublicName) {
  callosum::testing::VirtualWorld world;
  SeededRandom random(7);
  Report report(Report::Form::nothing);
  Phone phone{world.time(), random, report, {}};
  phone.options.to = "http://127.0.0.1:8080/twilio/voice";
  phone.options.public_url = "https://phone.example/twilio/voice";

  EXPECT_EQ(phone.reached_at("wss://phone.example/twilio/media"),
            "ws://127.0.0.1:8080/twilio/media");
  EXPECT_EQ(phone.reached_at("https://phone.example/twilio/voice?a=1"),
            "http://127.0.0.1:8080/twilio/voice?a=1");
  EXPECT_EQ(phone.reached_at("https://other.example/x"), "https://other.example/x");
}

TEST(TwilioPhone, MakesAddressesOfTwimlAbsolute) {
  const std::string base = "https://h.example:8443/twilio/voice?a=1";

  EXPECT_EQ(resolve_url(base, "/x"), "https://h.example:8443/x");
  EXPECT_EQ(resolve_url(base, "again?b=2"), "https://h.example:8443/twilio/again?b=2");
  EXPECT_EQ(resolve_url(base, "http://o/x"), "http://o/x");
  EXPECT_EQ(resolve_url(base, ""), base);
  EXPECT_EQ(resolve_url("https://h.example", "x"), "https://h.example/x");
}

}  // namespace
}  // namespace callosum::sim::twilio
