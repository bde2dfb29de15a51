// Every message of a media stream, of each dialect (tests/fixtures/twilio), and what we write.
#include "channel/twilio/media_wire.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "golden.hpp"

namespace callosum::channel::twilio {
namespace {

using testing::matches_golden;

std::string told(const MediaMessage& message) {
  json::object out{{"event", to_string(message.event)},
                   {"stream", message.stream},
                   {"sequence", message.sequence}};
  if (message.event == MediaEvent::start) {
    out["call"] = message.call;
    out["account"] = message.account;
    out["token"] = message.token;
    out["format"] = message.encoding + " " + std::to_string(message.rate_hz) + " " +
                    std::to_string(message.channels);
  }
  if (message.event == MediaEvent::media) {
    out["inbound"] = message.is_inbound;
    out["timestamp_ms"] = message.timestamp_ms;
    out["payload"] = message.payload;
  }
  if (message.digit) out["digit"] = std::string(1, message.digit);
  if (!message.mark.empty()) out["mark"] = message.mark;
  return json::serialize(out);
}

TEST(MediaWire, ReadsEveryMessageOfEveryDialect) {
  for (const auto* dialect : kDialects) {
    const std::string folder = "twilio/" + std::string(dialect->name);
    const auto files = testing::list_fixtures(folder);
    EXPECT_GE(files.size(), 5u) << folder;
    for (const auto& file : files) {
      if (!file.ends_with(".json")) continue;
      const auto message = decode_media(*dialect, testing::read_fixture(file));
      ASSERT_TRUE(message) << file << ": " << message.error().message;
      EXPECT_TRUE(matches_golden(told(*message), file + ".read"));
    }
  }
}

TEST(MediaWire, WritesWhatEachDialectUnderstands) {
  for (const auto* dialect : kDialects) {
    const std::string written = encode_media(*dialect, "MZ\"1", "/////w==") + "\n" +
                                encode_mark(*dialect, "MZ1", "g1-i1-100") + "\n" +
                                encode_clear(*dialect, "MZ1");
    EXPECT_TRUE(matches_golden(written, "twilio/" + std::string(dialect->name) + ".written"));
  }
}

TEST(MediaWire, RefusesWhatIsNoMessage) {
  for (const std::string bad :
       {"", "[]", "{", R"({"event":"media","streamSid":"MZ1"})",
        R"({"event":"media","streamSid":"MZ1","media":{"payload":"abc"}})",
        R"({"event":"media","streamSid":"MZ1","media":{"payload":"ab\"="}})",
        R"({"event":"media","streamSid":"MZ1","media":{"payload":""}})",
        R"({"event":"media","media":{"payload":"////"}})",
        R"({"event":"start","streamSid":"MZ1","start":{"callSid":"CA1"}})",
        R"({"event":"dtmf","streamSid":"MZ1","dtmf":{"digit":"12"}})",
        R"({"event":"dtmf","streamSid":"MZ1","dtmf":{"digit":"x"}})",
        R"({"event":"mark","streamSid":"MZ1","mark":{}})",
        R"({"event":"media","event":"stop","streamSid":"MZ1"})"}) {
    EXPECT_FALSE(decode_media(kTwilio, bad)) << bad;
  }
  const std::string large = R"({"event":"media","streamSid":"MZ1","media":{"payload":")" +
                            std::string(kMaxMediaBytes, '/') + "\"}}";
  EXPECT_FALSE(decode_media(kTwilio, large));
}

TEST(MediaWire, LetsPassWhatACarrierAddsTomorrow) {
  const auto message = decode_media(kTwilio, R"({"event":"hologram","streamSid":"MZ1"})");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->event, MediaEvent::unknown);
}

TEST(MediaWire, CountsBytesByTheirBase64) {
  EXPECT_EQ(decoded_size("////"), 3u);
  EXPECT_EQ(decoded_size("//8="), 2u);
  EXPECT_EQ(decoded_size("/w=="), 1u);
  EXPECT_EQ(decoded_size(""), 0u);
}

}  // namespace
}  // namespace callosum::channel::twilio
