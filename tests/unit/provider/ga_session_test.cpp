#include "provider/conversation/ga_session.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "provider/offline/voices.hpp"

namespace callosum::provider::conversation {
namespace {

class GaSessionTest : public ::testing::Test {
 protected:
  /// The update of one side's format: empty, or what was wrong with it.
  std::string set_format(const std::string& side, const std::string& format) {
    const auto update = parse_strict(R"({"type":"realtime","audio":{")" + side + R"(":{"format":)" +
                                     format + "}}}");
    const auto refusal = session_.update(update.value().as_object());
    return refusal ? refusal->param : "";
  }
  std::string format(std::string_view side) const {
    return canonical_json(session_.object().at("audio").at(side).at("format"));
  }

  GaSession session_{"offline", "sess_1", 3600, offline::installed_voices()};
};

TEST_F(GaSessionTest, ShowsTheRateOfPcmAloneAndWhoeverAskedForWhatBefore) {
  EXPECT_EQ(set_format("output", R"({"type":"audio/pcmu"})"), "");
  EXPECT_EQ(format("output"), R"({"type":"audio/pcmu"})");
  EXPECT_EQ(session_.output_format(), "audio/pcmu");

  EXPECT_EQ(set_format("output", R"({"type":"audio/pcm"})"), "");
  EXPECT_EQ(format("output"), R"({"rate":24000,"type":"audio/pcm"})");
  EXPECT_EQ(format("input"), R"({"rate":24000,"type":"audio/pcm"})");
}

TEST_F(GaSessionTest, RefusesARateThatItWouldNotKeepTo) {
  for (const char* rate : {"16000", "24000.5", "\"24000\"", "null"}) {
    EXPECT_EQ(set_format("input", R"({"type":"audio/pcm","rate":)" + std::string(rate) + "}"),
              "session.audio.input.format.rate")
        << rate;
  }
  EXPECT_EQ(set_format("input", R"({"type":"audio/pcm","rate":24000})"), "");
  EXPECT_EQ(set_format("output", R"({"type":"audio/mp3"})"), "session.audio.output.format.type");
  EXPECT_EQ(format("output"), R"({"rate":24000,"type":"audio/pcm"})");
}

TEST_F(GaSessionTest, RefusesSettingsThatNoSessionCouldHave) {
  const auto before = canonical_json(session_.object());
  for (const auto& [settings, param] : {
           std::pair{R"("audio":"x")", "session.audio"},
           {R"("audio":{"output":7})", "session.audio.output"},
           {R"("audio":{"output":{"speed":-1}})", "session.audio.output.speed"},
           {R"("audio":{"input":{"turn_detection":{"type":"ears"}}})",
            "session.audio.input.turn_detection.type"},
           {R"("output_modalities":[5])", "session.output_modalities"},
           {R"("output_modalities":null)", "session.output_modalities"},
           {R"("output_modalities":["text","audio"])", "session.output_modalities"},
           {R"("tool_choice":5)", "session.tool_choice"},
           {R"("tool_choice":{"type":"function"})", "session.tool_choice"},
           {R"("max_output_tokens":0)", "session.max_output_tokens"},
           {R"("max_output_tokens":1.5)", "session.max_output_tokens"},
           {R"("instructions":5)", "session.instructions"},
           {R"("tools":5)", "session.tools"},
           {R"("tools":[5])", "session.tools[0]"},
       }) {
    const auto update = parse_strict(R"({"type":"realtime",)" + std::string(settings) + "}");
    const auto refusal = session_.update(update.value().as_object());
    ASSERT_TRUE(refusal) << settings;
    EXPECT_EQ(refusal->param, param);
  }
  EXPECT_EQ(session_.update({{"type", "transcription"}})->param, "session.type");
  EXPECT_EQ(canonical_json(session_.object()), before);
}

}  // namespace
}  // namespace callosum::provider::conversation
