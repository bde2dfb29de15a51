#include "sim/chat/chat_shape.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/json.hpp"

namespace callosum::sim::chat {
namespace {

Error bad(std::string message) { return fail(ErrorType::validation, std::move(message)); }

/// Reads the messages one after the other.
class Messages {
 public:
  explicit Messages(Turn& turn) : turn_(turn) {}

  Result<void> take(const json::object& message) {
    const auto role = text_at(message, "role");
    if (role == "tool") return take_result(message);
    if (!open_.empty()) return bad("the call " + open_.front().call_id + " has no tool message");
    if (role == "system" || role == "developer") return {};
    if (role == "assistant") return take_answer(message);
    if (role != "user") return bad("messages: there is no role '" + std::string(role) + "'");
    turn_.user_text = text_at(message, "content");
    turn_.is_user_newest = true;
    turn_.call_rounds = 0;
    turn_.outputs.clear();
    return {};
  }
  Result<void> finish() const {
    if (!open_.empty()) return bad("the call " + open_.front().call_id + " has no tool message");
    return {};
  }

 private:
  Result<void> take_answer(const json::object& message) {
    turn_.is_user_newest = false;
    turn_.outputs.clear();
    const auto* calls = find_array(message, "tool_calls");
    if (!calls) return {};
    ++turn_.call_rounds;
    for (const auto& entry : *calls) {
      const auto* call = entry.if_object();
      const auto* function = call ? find_object(*call, "function") : nullptr;
      if (!function || text_at(*call, "id").empty()) return bad("a tool call is not whole");
      open_.push_back(
          {std::string(text_at(*call, "id")), std::string(text_at(*function, "name")), ""});
    }
    return {};
  }
  Result<void> take_result(const json::object& message) {
    const auto id = text_at(message, "tool_call_id");
    const auto at = std::find_if(open_.begin(), open_.end(),
                                 [&](const auto& call) { return call.call_id == id; });
    if (at == open_.end()) return bad("a tool message without its call: " + std::string(id));
    at->text = text_at(message, "content");
    turn_.results.push_back(at->text);
    turn_.outputs.push_back(std::move(*at));
    open_.erase(at);
    return {};
  }

  Turn& turn_;
  std::vector<Turn::Output> open_;  // calls that want a result
};

Result<void> read_tools(const json::object& body, Turn& turn) {
  const auto* tools = find_array(body, "tools");
  for (const auto& entry : tools ? *tools : json::array{}) {
    const auto* tool = entry.if_object();
    const auto* function = tool ? find_object(*tool, "function") : nullptr;
    if (!function || text_at(*function, "name").empty()) return bad("a tool has no function.name");
    turn.tools.emplace_back(text_at(*function, "name"));
    const auto* schema = find_object(*function, "parameters");
    turn.schemas.push_back(schema ? *schema : json::object{});
  }
  turn.may_call = !turn.tools.empty() && text_at(body, "tool_choice") != "none";
  if (text_at(body, "tool_choice") == "required") turn.must_call = "*";
  return {};
}

}  // namespace

Result<Turn> read_turn(std::string_view body) {
  const auto parsed = parse_strict(body);
  if (!parsed) return bad(parsed.error().message);
  const auto* object = parsed->if_object();
  const auto* list = object ? find_array(*object, "messages") : nullptr;
  if (!list || list->empty()) return bad("messages: needed");
  Turn turn;
  Messages messages(turn);
  for (const auto& entry : *list) {
    const auto* message = entry.if_object();
    const auto taken = message ? messages.take(*message) : bad("a message is no object");
    if (!taken) return taken.error();
  }
  const auto finished = messages.finish();
  if (!finished) return finished.error();
  const auto tools = read_tools(*object, turn);
  if (!tools) return tools.error();
  return turn;
}

}  // namespace callosum::sim::chat
