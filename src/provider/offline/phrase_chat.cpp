#include "provider/offline/phrase_chat.hpp"

#include "base/json.hpp"

namespace callosum::provider::offline {
namespace {

/// "[Maya] when are you open" without who says it.
std::string_view without_label(std::string_view text) {
  if (!text.starts_with('[')) return text;
  const auto end = text.find("] ");
  return end == std::string_view::npos ? text : text.substr(end + 2);
}

Turn user_turn(std::string_view text) {
  Turn turn;
  text = without_label(text);
  turn.was_understood = text != realtime::kInaudible && !text.starts_with(realtime::kUnclear);
  if (text.starts_with(realtime::kUnclear)) text.remove_prefix(realtime::kUnclear.size());
  turn.text = text;
  return turn;
}

void append_calls(std::vector<Turn>& turns, const json::array& calls) {
  for (const auto& entry : calls) {
    const auto* call = entry.if_object();
    const auto* function = call ? find_object(*call, "function") : nullptr;
    if (!function) continue;
    Turn turn;
    turn.kind = Turn::Kind::call;
    turn.call_id = text_at(*call, "id");
    turn.name = text_at(*function, "name");
    turn.text = text_at(*function, "arguments");
    turns.push_back(std::move(turn));
  }
}

class PhraseChat final : public realtime::ChatModel {
 public:
  explicit PhraseChat(std::unique_ptr<Brain> brain) : brain_(std::move(brain)) {}

  boost::asio::awaitable<Result<realtime::ChatAnswer>> ask(
      realtime::ChatRequest request, std::function<void(std::string_view)> on_text,
      async::Deadline deadline) override {
    const auto turns = turns_of_messages(request.messages);
    const std::string instructions;  // it knows phrases alone
    auto planning = brain_->plan(turns, request.tools, instructions, deadline);
    auto plan = co_await std::move(planning);
    if (!plan) co_return plan.error();
    if (!plan->text.empty() && on_text) on_text(plan->text);
    realtime::ChatAnswer answer;
    answer.text = std::move(plan->text);
    for (auto& call : plan->calls) {
      answer.calls.push_back({"", std::move(call.name), std::move(call.arguments)});
    }
    co_return answer;
  }

 private:
  std::unique_ptr<Brain> brain_;
};

}  // namespace

std::vector<Turn> turns_of_messages(const json::array& messages) {
  std::vector<Turn> turns;
  for (const auto& entry : messages) {
    const auto* message = entry.if_object();
    if (!message) continue;
    const auto role = text_at(*message, "role");
    const auto content = text_at(*message, "content");
    if (role == "user") {
      turns.push_back(user_turn(content));
    } else if (role == "assistant") {
      Turn turn;
      turn.kind = Turn::Kind::assistant;
      turn.text = content;
      if (!content.empty()) turns.push_back(std::move(turn));
      if (const auto* calls = find_array(*message, "tool_calls")) append_calls(turns, *calls);
    } else if (role == "tool") {
      Turn turn;
      turn.kind = Turn::Kind::output;
      turn.call_id = text_at(*message, "tool_call_id");
      turn.text = content;
      turns.push_back(std::move(turn));
    }
  }
  return turns;
}

std::shared_ptr<realtime::ChatModel> make_phrase_chat(std::unique_ptr<Brain> brain) {
  return std::make_shared<PhraseChat>(std::move(brain));
}

}  // namespace callosum::provider::offline
