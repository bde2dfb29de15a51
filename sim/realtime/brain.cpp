#include "sim/realtime/brain.hpp"

#include "base/text.hpp"
#include "sim/realtime/clauses.hpp"

namespace callosum::sim {
namespace {

constexpr std::size_t kLongestQuote = 300;
constexpr std::size_t kSlowWords = 120;
constexpr Ms kSlowDelay{40};

std::string cut(std::string_view text) {
  if (text.size() <= kLongestQuote) return std::string(text);
  std::size_t end = kLongestQuote;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

Reply say(std::string text) {
  Reply reply;
  reply.parts.push_back({.text = std::move(text)});
  return reply;
}

Reply make_calls(const Stage& stage) {
  Reply reply;
  if (!stage.say.empty()) reply.parts.push_back({.text = stage.say, .phase = "commentary"});
  for (const auto& clause : stage.calls) {
    ReplyPart part;
    part.call = CallPlan{.name = clause.name, .arguments = clause.arguments};
    reply.parts.push_back(std::move(part));
  }
  return reply;
}

Reply report_outputs(const Turn& turn) {
  std::string text = "Tool said: ";
  for (std::size_t i = 0; i < turn.outputs.size(); ++i) {
    if (i > 0) text += " | ";
    text += cut(turn.outputs[i].text);
  }
  return say(std::move(text));
}

/// "Say exactly: …" in a response's own instructions: the words in quotes, else what follows the
/// colon.
std::string dictated(std::string_view instructions) {
  const auto exactly = to_lower_ascii(instructions).find("exactly");
  if (exactly == std::string::npos) return {};
  const auto rest = instructions.substr(exactly + 7);
  const auto open = rest.find('"');
  const auto close = rest.rfind('"');
  if (open != std::string_view::npos && close > open) {
    return std::string(rest.substr(open + 1, close - open - 1));
  }
  const auto colon = rest.find(':');
  return std::string(trim(colon == std::string_view::npos ? rest : rest.substr(colon + 1)));
}

Stage mentioned_tools(const Turn& turn) {
  Stage stage;
  for (const auto& tool : turn.tools) {
    const bool is_meant = mentions_tool(turn.user_text, tool) || turn.must_call == tool;
    if (is_meant) stage.calls.push_back({tool, find_arguments(turn.user_text)});
  }
  if (stage.calls.empty() && turn.must_call == "*" && !turn.tools.empty()) {
    stage.calls.push_back({turn.tools.front(), find_arguments(turn.user_text)});
  }
  return stage;
}

/// A long reply at the pace of speech, to be interrupted.
Reply talk_slowly() {
  std::string text = "Let me tell you slowly:";
  for (std::size_t i = 1; i <= kSlowWords; ++i) text += " word " + std::to_string(i);
  auto reply = say(std::move(text));
  reply.delay = kSlowDelay;
  return reply;
}

Reply answer_user(const Turn& turn) {
  auto stages = parse_stages(turn.user_text);
  auto& first = stages.front();
  if (turn.may_call && first.calls.empty()) first.calls = mentioned_tools(turn).calls;
  if (turn.may_call && !first.calls.empty()) return make_calls(first);
  if (!first.say.empty()) return say(first.say);
  if (mentions_tool(turn.user_text, "slowly")) return talk_slowly();
  return say("You said: " + turn.user_text);
}

}  // namespace

Reply think(const Turn& turn) {
  auto words = dictated(turn.instructions);
  if (!words.empty()) return say(std::move(words));
  if (turn.is_user_newest) return answer_user(turn);
  if (turn.outputs.empty()) return say("Hello, how can I help?");
  const auto stages = parse_stages(turn.user_text);
  const bool has_next = turn.call_rounds < stages.size() && !stages[turn.call_rounds].calls.empty();
  if (has_next && turn.may_call) return make_calls(stages[turn.call_rounds]);
  return report_outputs(turn);
}

}  // namespace callosum::sim
