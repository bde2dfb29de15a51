// What of a tool's result reaches the conversation.
#include "pipeline/output_check.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "base/json.hpp"

namespace callosum::pipeline {
namespace {

using registry::Mask;

json::value masked(std::vector<registry::FieldMask> masks, const char* data) {
  registry::ToolSpec tool;
  tool.mask = std::move(masks);
  registry::Envelope envelope;
  envelope.data = json::parse(data);
  EXPECT_GT(check_output(tool, 16'384, envelope), 0u);
  return envelope.data;
}

TEST(OutputCheck, ShowsTheLastFourCharactersOfATextAtAnyDepth) {
  const auto data = masked({{"card", Mask::last4}},
                           R"({"card":"4111111111114242","items":[{"card":"žluťoučký kůň"}]})");

  EXPECT_EQ(data, json::parse(R"({"card":"****4242","items":[{"card":"**** kůň"}]})"));
}

TEST(OutputCheck, ShowsNothingOfAShortTextNorOfWhatIsNone) {
  const auto data =
      masked({{"pin", Mask::last4}},
             R"([{"pin":"1234"},{"pin":"12345"},{"pin":""},{"pin":1234567},{"pin":{"a":"b"}}])");

  EXPECT_EQ(data, json::parse(R"([{"pin":"****"},{"pin":"****"},{"pin":"****"},)"
                              R"({"pin":null},{"pin":null}])"));
}

TEST(OutputCheck, TakesOutWhatIsHiddenAndLeavesToTheLogsWhatIsTheirs) {
  const auto data = masked({{"note", Mask::hidden}, {"phone", Mask::log}},
                           R"({"note":{"phone":"1"},"phone":"+39055","rows":[{"note":"x"}]})");

  EXPECT_EQ(data, json::parse(R"({"phone":"+39055","rows":[{}]})"));
}

TEST(OutputCheck, CountsTheBytesThatAreLeft) {
  registry::ToolSpec tool;
  tool.mask = {{"note", Mask::hidden}};
  registry::Envelope envelope;
  envelope.data = json::parse(R"({"note":"0123456789","a":1})");

  EXPECT_EQ(check_output(tool, 8, envelope), 7u);
  EXPECT_TRUE(envelope.ok());
}

}  // namespace
}  // namespace callosum::pipeline
