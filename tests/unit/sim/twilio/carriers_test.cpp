// The simulated carriers other than the first one: what they sign, say and take.
#include <gtest/gtest.h>

#include "base/ed25519.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "sim/twilio/carrier.hpp"
#include "sim/twilio/frames.hpp"
#include "sim/twilio/twiml.hpp"

namespace callosum::sim::twilio {
namespace {

std::string plivo_signature(std::string_view url, const FormFields& fields) {
  SeededRandom random(1);
  const Signer signer{CarrierKind::plivo, "MAtoken12345", {}, random};
  net::HttpRequest request;
  signer.sign(request, url, fields);
  EXPECT_EQ(request.headers.get("X-Plivo-Signature-V3-Nonce").size(), 20u);
  return std::string(request.headers.get("X-Plivo-Signature-V3"));
}

TEST(SimCarriers, SignAnAddressAndItsFields) {
  const FormFields fields{{"To", "1"}, {"CallUUID", "2"}};
  const auto signature = plivo_signature("https://h/voice", fields);
  EXPECT_EQ(signature, plivo_signature("https://h/voice", {{"CallUUID", "2"}, {"To", "1"}}));
  EXPECT_NE(signature, plivo_signature("https://h/voice?step=1", fields));
  EXPECT_EQ(plivo_signature("https://h/v?b=1&a=2", {}), plivo_signature("https://h/v?a=2&b=1", {}));
}

TEST(SimCarriers, SignABodyAndItsTimeWithAKeyThatIsShown) {
  SeededRandom random(1);
  const Signer signer{CarrierKind::telnyx, "token", WallTime(std::chrono::seconds(1'700'000'000)),
                      random};
  net::HttpRequest request;
  request.body = "CallSid=v3";
  signer.sign(request, "https://anywhere/", {});

  std::vector<std::uint8_t> bytes, key_bytes;
  ASSERT_TRUE(decode_base64(request.headers.get("telnyx-signature-ed25519"), bytes));
  ASSERT_TRUE(decode_base64(public_key_of("token"), key_bytes));
  Ed25519Signature signature{};
  Ed25519Key key{};
  ASSERT_EQ(bytes.size(), signature.size());
  ASSERT_EQ(key_bytes.size(), key.size());
  std::copy(bytes.begin(), bytes.end(), signature.begin());
  std::copy(key_bytes.begin(), key_bytes.end(), key.begin());
  EXPECT_TRUE(verify_ed25519(key, "1700000000|CallSid=v3", signature));
  EXPECT_FALSE(verify_ed25519(key, "1700000001|CallSid=v3", signature));
}

json::object parsed(const std::string& text) { return parse_strict(text).value().as_object(); }

TEST(SimCarriers, SayWhatIsSaidOnAStream) {
  const std::vector<std::uint8_t> sound(160, 0xff);
  FrameWriter telnyx({"u1", "v3:c", "s1", CarrierKind::telnyx, 5});
  EXPECT_EQ(text_at(parsed(telnyx.hello()), "event"), "connected");
  const auto start = parsed(telnyx.start({{"token", "t"}}));
  EXPECT_EQ(start.at("sequence_number"), "1");
  EXPECT_EQ(start.at("start").at("custom_parameters").at("token"), "t");
  EXPECT_EQ(parsed(telnyx.media(sound, std::chrono::milliseconds(20))).at("media").at("timestamp"),
            "20");
  EXPECT_EQ(parsed(telnyx.stop()).at("stop").at("call_control_id"), "v3:c");
  EXPECT_EQ(telnyx.cleared(), "");

  FrameWriter plivo({"MA1", "c1", "s1", CarrierKind::plivo, 1'714'000'000'000});
  EXPECT_EQ(plivo.hello(), "");
  const auto begun = parsed(plivo.start({{"token", "t"}, {"a", "b"}}));
  EXPECT_EQ(begun.at("sequenceNumber"), 1);
  EXPECT_EQ(begun.at("extra_headers"), "token=t;a=b");
  const auto media = parsed(plivo.media(sound, std::chrono::milliseconds(20)));
  EXPECT_EQ(media.at("sequenceNumber"), 2);
  EXPECT_EQ(media.at("media").at("timestamp"), "1714000000020");
  EXPECT_EQ(media.at("streamId"), "s1");
  EXPECT_EQ(parsed(plivo.mark("m")).at("name"), "m");
  EXPECT_EQ(parsed(plivo.dtmf('5')).at("dtmf").at("digit"), "5");
  EXPECT_EQ(plivo.stop(), "");
  EXPECT_EQ(parsed(plivo.cleared()).at("event"), "clearedAudio");
}

TEST(SimCarriers, TakeOrdersInTheirOwnWords) {
  const auto taken = [](CarrierKind carrier, const std::string& text) {
    return static_cast<bool>(decode_order(text, "s1", carrier));
  };
  const auto telnyx = CarrierKind::telnyx;
  EXPECT_TRUE(taken(telnyx, R"({"event":"media","stream_id":"s1","media":{"payload":"/w=="}})"));
  EXPECT_TRUE(taken(telnyx, R"({"event":"clear"})"));
  EXPECT_FALSE(taken(telnyx, R"({"event":"clear","stream_id":"s2"})"));
  EXPECT_FALSE(taken(telnyx, R"({"event":"mark","mark":{"name":"m"}})"));
  const auto plivo = CarrierKind::plivo;
  EXPECT_TRUE(taken(plivo, R"({"event":"playAudio","media":{"contentType":"audio/x-mulaw",)"
                           R"("sampleRate":8000,"payload":"/w=="}})"));
  EXPECT_FALSE(taken(plivo, R"({"event":"playAudio","media":{"contentType":"audio/x-l16",)"
                            R"("sampleRate":8000,"payload":"/w=="}})"));
  EXPECT_FALSE(taken(plivo, R"({"event":"media","media":{"payload":"/w=="}})"));
  EXPECT_TRUE(taken(plivo, R"({"event":"checkpoint","streamId":"s1","name":"m"})"));
  EXPECT_TRUE(taken(plivo, R"({"event":"clearAudio","streamId":"s1"})"));
}

std::string in_response(const std::string& verbs) { return "<Response>" + verbs + "</Response>"; }

TEST(SimCarriers, ReadTheirOwnMarkup) {
  const std::string stream =
      R"(<Stream bidirectional="true" keepCallAlive="true" contentType="audio/x-mulaw;rate=8000")"
      R"( extraHeaders="token=0f3a">wss://h/media</Stream>)";
  const auto verbs = parse_twiml(
      in_response(stream + R"(<Speak>Hi</Speak><Hangup reason="busy"/>)"), CarrierKind::plivo);
  ASSERT_TRUE(verbs) << verbs.error().message;
  ASSERT_EQ(verbs->size(), 3u);
  EXPECT_EQ(verbs->at(0).stream.url, "wss://h/media");
  EXPECT_EQ(verbs->at(0).stream.parameters, (FormFields{{"token", "0f3a"}}));
  EXPECT_EQ(verbs->at(1).kind, VerbKind::say);
  EXPECT_EQ(verbs->at(2).kind, VerbKind::reject);

  const std::string texml =
      R"(<Connect><Stream url="wss://h/media" codec="PCMU" bidirectionalMode="rtp")"
      R"( bidirectionalCodec="PCMU" enableReconnect="false"/></Connect>)";
  EXPECT_TRUE(parse_twiml(in_response(texml), CarrierKind::telnyx));
}

TEST(SimCarriers, TakeNoStreamThatNobodyWouldHear) {
  for (const std::string bad :
       {R"(<Stream bidirectional="true" keepCallAlive="true">wss://h/media</Stream>)",
        R"(<Stream contentType="audio/x-mulaw;rate=8000" bidirectional="true">wss://h/m</Stream>)",
        R"(<Stream bidirectional="true" keepCallAlive="true" contentType="audio/x-mulaw;rate=8000")"
        R"( extraHeaders="token=a-b">wss://h/media</Stream>)",
        R"(<Say>Hi</Say>)"}) {
    EXPECT_FALSE(parse_twiml(in_response(bad), CarrierKind::plivo)) << bad;
  }
  EXPECT_FALSE(parse_twiml(in_response(R"(<Connect><Stream url="wss://h/media"/></Connect>)"),
                           CarrierKind::telnyx));
}

TEST(SimCarriers, TellOfACallInTheirOwnFields) {
  const CallFacts facts{"id",        "account", "+14158675310",          "+12125550100",
                        "completed", "inbound", "TN-Validation-Passed-A"};
  const auto has = [](const FormFields& fields, const std::string& name, const std::string& value) {
    return std::find(fields.begin(), fields.end(), std::pair{name, value}) != fields.end();
  };
  EXPECT_TRUE(has(webhook_fields(CarrierKind::plivo, facts), "From", "14158675310"));
  EXPECT_TRUE(has(end_fields(CarrierKind::plivo, facts, 7, {}), "Duration", "7"));
  EXPECT_TRUE(has(end_fields(CarrierKind::telnyx, facts, 7, {}), "CallDuration", "7"));
  EXPECT_TRUE(has(webhook_fields(CarrierKind::telnyx, facts), "From", "+14158675310"));
  SeededRandom random(1);
  EXPECT_TRUE(dial_fields(CarrierKind::telnyx, "", random).empty());
  EXPECT_TRUE(has(dial_fields(CarrierKind::plivo, "busy", random), "DialStatus", "busy"));
  EXPECT_EQ(*parse_carrier("plivo"), CarrierKind::plivo);
  EXPECT_FALSE(parse_carrier("pigeon"));
}

}  // namespace
}  // namespace callosum::sim::twilio
