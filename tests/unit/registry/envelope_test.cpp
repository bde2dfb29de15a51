#include "registry/envelope.hpp"

#include <gtest/gtest.h>
#include <limits>

#include "base/json.hpp"

namespace callosum::registry {
namespace {

EnvelopeMeta some_meta() {
  EnvelopeMeta meta;
  meta.tool_id = "receptionist.get_latest_booking";
  meta.tool_version = "1.0.0";
  meta.registry_version = "1.0.0badcafe";
  meta.duration = std::chrono::microseconds(12'345);
  meta.call_id = "call_1";
  return meta;
}

TEST(Envelope, OfAnAnswerIsWrittenAsAgreed) {
  Envelope envelope;
  envelope.data = json::object{{"status", "confirmed"}, {"price", 25.5}, {"count", 3}};
  envelope.meta = some_meta();

  EXPECT_EQ(encode_text(envelope),
            R"({"ok":true,"data":{"status":"confirmed","price":25.5,"count":3},"intents":[],)"
            R"("meta":{"tool_id":"receptionist.get_latest_booking","tool_version":"1.0.0",)"
            R"("registry_version":"1.0.0badcafe","duration_ms":12.345,"cached":false,)"
            R"("call_id":"call_1","idempotency_key":"","truncated":false}})");
}

TEST(Envelope, OfAnErrorIsWrittenAsAgreed) {
  Envelope envelope;
  envelope.error = fail(ErrorType::validation, "topic: expected text", "SELECT secret");
  envelope.error->say = "Which topic?";
  envelope.error_extra = {{"hints", json::array{"topic"}}, {"type", "OTHER"}};
  envelope.meta = some_meta();
  envelope.meta.cached = true;

  const auto text = encode_text(envelope);

  EXPECT_TRUE(text.starts_with(R"({"ok":false,"error":{"type":"VALIDATION","message":)"
                               R"("topic: expected text","retryable":true,"say":"Which topic?",)"
                               R"("hints":["topic"]},"intents":[],"meta":{)"))
      << text;
  EXPECT_EQ(text.find("SELECT"), std::string::npos);
}

TEST(Envelope, OfAnInternalErrorCarriesNoCause) {
  Envelope envelope;
  envelope.error = fail(ErrorType::internal, "SQLITE_CORRUPT in /var/lib/x.db", "stack");
  envelope.error_extra = {{"hints", "SQLITE_CORRUPT"}, {"partial_side_effects", true}};

  const auto text = encode_text(envelope);

  EXPECT_EQ(text.find("SQLITE"), std::string::npos);
  EXPECT_NE(text.find(R"("message":"something went wrong on our side")"), std::string::npos);
  EXPECT_NE(text.find(R"("partial_side_effects":true)"), std::string::npos);
}

TEST(Envelope, WritesIntentsAsObjectsWithTheirWord) {
  Envelope envelope;
  envelope.intents = {{Intent::end_voice_session, ""},
                      {Intent::suppress_audio, ""},
                      {Intent::suppress_transcript, ""},
                      {Intent::set_pending_message, "Goodbye."}};

  EXPECT_EQ(
      canonical_json(parse_strict(encode_text(envelope))->at("intents")),
      R"([{"after":"current_turn","type":"END_VOICE_SESSION"},{"type":"SUPPRESS_AUDIO"},)"
      R"({"type":"SUPPRESS_TRANSCRIPT"},{"message":"Goodbye.","type":"SET_PENDING_MESSAGE"}])");
}

TEST(Envelope, KeepsWholeNumbersExactAndWritesNoNumberThatIsNone) {
  Envelope envelope;
  envelope.data = json::array{std::int64_t{9'007'199'254'740'993},
                              std::numeric_limits<std::uint64_t>::max(),
                              std::numeric_limits<double>::quiet_NaN(),
                              1e21,
                              -0.5,
                              "a\"\n"};

  EXPECT_NE(encode_text(envelope).find(
                R"([9007199254740993,18446744073709551615,null,1e+21,-0.5,"a\"\n"])"),
            std::string::npos)
      << encode_text(envelope);
}

}  // namespace
}  // namespace callosum::registry
