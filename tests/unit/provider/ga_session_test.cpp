#include "provider/offline/ga_session.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace callosum::provider::offline {
namespace {

class GaSessionTest : public testing::Test {
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

  GaSession session_{"offline", "sess_1", 3600};
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

}  // namespace
}  // namespace callosum::provider::offline
