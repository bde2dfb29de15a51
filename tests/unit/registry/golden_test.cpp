// What a caller of a tool gets, and what a provider is told of the tools, as files
// (tests/fixtures/registry).
#include "golden.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "registry/envelope.hpp"
#include "registry/export/export.hpp"
#include "registry/export/report.hpp"
#include "registry/json_text.hpp"

namespace callosum::registry {
namespace {

using testing::matches_golden;

Envelope some_envelope() {
  Envelope envelope;
  envelope.meta = {.tool_id = "receptionist.get_latest_booking",
                   .tool_version = "1.0.0",
                   .registry_version = "1.0.0badcafe",
                   .duration = std::chrono::microseconds(12'345),
                   .call_id = "call_1"};
  return envelope;
}

Envelope failed(ErrorType type, json::object extra = {}) {
  auto envelope = some_envelope();
  envelope.error = fail(type, "what happened", "SELECT secret FROM log");
  envelope.error->say = "I could not look that up.";
  envelope.error_extra = std::move(extra);
  return envelope;
}

/// The text is JSON, and what the file holds.
void expect_written(const Envelope& envelope, const std::string& name) {
  const auto text = encode_text(envelope);
  EXPECT_TRUE(parse_strict(text)) << text;
  EXPECT_TRUE(matches_golden(text, "registry/envelope-" + name + ".json"));
}

TEST(GoldenEnvelope, OfAnswers) {
  auto ok = some_envelope();
  ok.data = json::object{{"status", "confirmed"},
                         {"price", 25.5},
                         {"count", 3},
                         {"note", "\"quoted\"\n5 €, 𝄞 \x01"},
                         {"none", nullptr},
                         {"list", json::array{true, -1, 0.1}}};
  expect_written(ok, "ok");
  expect_written(some_envelope(), "ok_null");

  ok.data = "the first part of a long answer";
  ok.meta.truncated = true;
  ok.meta.total = 120;
  ok.meta.cached = true;
  ok.meta.duration = std::chrono::milliseconds(3);
  ok.meta.idempotency_key = "tenant-a/call_1";
  expect_written(ok, "ok_truncated");

  auto leaving = some_envelope();
  leaving.data = json::object{};
  leaving.intents = {{Intent::end_voice_session, ""},
                     {Intent::suppress_audio, ""},
                     {Intent::suppress_transcript, ""},
                     {Intent::set_pending_message, "Goodbye, \"friend\"."}};
  expect_written(leaving, "intents");
}

TEST(GoldenEnvelope, OfEveryWayToFail) {
  std::string text;
  for (int i = 0; i <= static_cast<int>(ErrorType::internal); ++i) {
    text += encode_text(failed(static_cast<ErrorType>(i))) + "\n";
  }

  EXPECT_TRUE(matches_golden(text, "registry/envelope-errors.jsonl"));
}

TEST(GoldenEnvelope, OfFailuresThatSayMore) {
  expect_written(
      failed(ErrorType::confirmation_required,
             {{"confirmation_request", json::object{{"token", "ct_5f2a"},
                                                    {"say", "Shall I cancel booking 2416?"},
                                                    {"expires_in_s", 120}}}}),
      "confirmation");
  expect_written(
      failed(ErrorType::validation, {{"hints", json::array{"topic: expected text, found 5"}},
                                     {"type", "not for an extra to say"}}),
      "hints");
  expect_written(failed(ErrorType::outcome_unknown, {{"partial_side_effects", true}}),
                 "side_effects");
  expect_written(
      failed(ErrorType::internal, {{"partial_side_effects", true}, {"hints", "the cause"}}),
      "internal");
  auto silent = failed(ErrorType::timeout);
  silent.error->say.clear();
  silent.intents = {{Intent::set_pending_message, "One moment."}};
  expect_written(silent, "error_with_intent");
}

/// One declaration a line; the text on the wire is the same without the ends of lines.
std::string in_lines(const ExportedTools& exported) {
  std::string lines;
  for (const auto& tool : exported.tools) {
    const auto* gathered = find_array(tool.as_object(), "functionDeclarations");
    for (const auto& one : gathered ? *gathered : json::array{tool}) {
      lines += (lines.empty() ? gathered ? R"([{"functionDeclarations":[)" : "[" : ",\n") +
               to_json_text(one);
    }
    if (gathered) lines += "]}";
  }
  return lines + "]\n";
}

class GoldenExport : public ::testing::TestWithParam<std::string_view> {};

TEST_P(GoldenExport, OfTheReceptionistsToolsWithItsLosses) {
  const auto loaded = load_packs({std::string(CALLOSUM_SOURCE_DIR) + "/packs/receptionist"});
  ASSERT_TRUE(loaded.snapshot) << loaded.problems.front().to_string();
  std::vector<const ToolSpec*> tools;
  for (const auto& tool : loaded.snapshot->tools()) tools.push_back(&tool);

  const auto exported = find_export(GetParam())->compile(tools);

  ASSERT_TRUE(exported) << exported.error().message;
  const auto lines = in_lines(*exported);
  std::string wire = lines;
  std::erase(wire, '\n');
  EXPECT_EQ(wire, exported->text);
  const auto name = "registry/receptionist." + std::string(GetParam());
  EXPECT_TRUE(matches_golden(lines, name + ".json"));
  EXPECT_TRUE(matches_golden(render_export_report(*exported), name + ".txt"));
}

std::string name_of(const ::testing::TestParamInfo<std::string_view>& info) {
  std::string name(info.param);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Each, GoldenExport, ::testing::ValuesIn(export_names()), name_of);

}  // namespace
}  // namespace callosum::registry
