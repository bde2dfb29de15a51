#include "sim/realtime/turn.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace callosum::sim {
namespace {

struct Seen {
  const json::object* body;
  std::string text;
};

Seen see(const Item& item) {
  auto text = text_of(item.body);
  return {&item.body, text.empty() ? item.heard : text};
}

/// From the newest user message on: what is older changes nothing, and a session may be long.
std::vector<Seen> see_newest(const Conversation& conversation) {
  const auto& items = conversation.items();
  auto from = items.end();
  while (from != items.begin()) {
    --from;
    const bool is_user =
        text_at(from->body, "type") == "message" && text_at(from->body, "role") == "user";
    if (is_user) break;
  }
  std::vector<Seen> out;
  for (; from != items.end(); ++from) out.push_back(see(*from));
  return out;
}

std::vector<Seen> see_input(const Conversation& conversation, const json::array& input) {
  std::vector<Seen> out;
  for (const auto& value : input) {
    const auto& body = value.get_object();
    if (text_at(body, "type") != "item_reference") {
      out.push_back({&body, text_of(body)});
      continue;
    }
    for (const auto& item : conversation.items()) {
      if (item.id == text_at(body, "id")) out.push_back(see(item));
    }
  }
  return out;
}

bool is_type(const Seen& seen, std::string_view type) {
  return text_at(*seen.body, "type") == type;
}
bool is_user(const Seen& seen) {
  return is_type(seen, "message") && text_at(*seen.body, "role") == "user";
}
bool is_assistant(const Seen& seen) {
  return is_type(seen, "message") && text_at(*seen.body, "role") == "assistant";
}

/// An output may come long after its call, and behind other turns.
std::string tool_of(const Conversation& conversation, std::string_view call_id) {
  const auto& items = conversation.items();
  for (auto at = items.rbegin(); at != items.rend(); ++at) {
    const bool is_call =
        text_at(at->body, "type") == "function_call" && text_at(at->body, "call_id") == call_id;
    if (is_call) return std::string(text_at(at->body, "name"));
  }
  return {};
}

/// By a fault, and maybe late: nothing that the model has just said.
bool is_repeated(const Conversation& conversation, const json::object& call) {
  const auto& items = conversation.items();
  const auto first = std::find_if(items.begin(), items.end(), [&](const Item& item) {
    return text_at(item.body, "type") == "function_call" &&
           text_at(item.body, "call_id") == text_at(call, "call_id");
  });
  if (first == items.end()) return false;
  return std::any_of(std::next(first), items.end(),
                     [&](const Item& item) { return &item.body == &call; });
}

void read_items(const Conversation& conversation, const std::vector<Seen>& seen, Turn& turn) {
  bool was_call = false;
  for (const auto& item : seen) {
    const bool is_call = is_type(item, "function_call");
    if (is_call && is_repeated(conversation, *item.body)) continue;
    if (is_user(item)) {
      turn.user_text = item.text;
      turn.is_user_newest = true;
      turn.call_rounds = 0;
      turn.outputs.clear();
    } else if (is_assistant(item) || is_call) {
      turn.is_user_newest = false;
      turn.outputs.clear();
      if (is_call && !was_call) ++turn.call_rounds;
    } else if (is_type(item, "function_call_output")) {
      const auto call_id = text_at(*item.body, "call_id");
      turn.is_user_newest = false;
      turn.outputs.push_back({std::string(call_id), tool_of(conversation, call_id),
                              std::string(text_at(*item.body, "output"))});
    }
    was_call = is_call;
  }
}

void read_results(const Conversation& conversation, Turn& turn) {
  for (const auto& item : conversation.items()) {
    if (text_at(item.body, "type") != "function_call_output") continue;
    turn.results.emplace_back(text_at(item.body, "output"));
  }
}

void read_choice(const json::object& effective, Turn& turn) {
  const auto* choice = effective.if_contains("tool_choice");
  if (!choice) return;
  if (const auto* name = choice->if_object()) {
    turn.must_call = text_at(*name, "name");
  } else if (*choice == "none") {
    turn.may_call = false;
  } else if (*choice == "required") {
    turn.must_call = "*";
  }
}

}  // namespace

Turn make_turn(const Conversation& conversation, const json::object& session,
               const json::object& params) {
  Turn turn;
  const auto* input = find_array(params, "input");
  const auto seen = input ? see_input(conversation, *input) : see_newest(conversation);
  read_items(conversation, seen, turn);
  read_results(conversation, turn);
  turn.instructions = text_at(params, "instructions");
  const auto* tools = find_array(params.contains("tools") ? params : session, "tools");
  if (tools) {
    for (const auto& tool : *tools) {
      const auto name = text_at(tool.get_object(), "name");
      if (name.empty()) continue;
      turn.tools.emplace_back(name);
      const auto* parameters = find_object(tool.get_object(), "parameters");
      turn.schemas.push_back(parameters ? *parameters : json::object());
    }
  }
  read_choice(params.contains("tool_choice") ? params : session, turn);
  return turn;
}

}  // namespace callosum::sim
