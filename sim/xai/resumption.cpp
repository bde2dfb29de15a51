#include "sim/xai/resumption.hpp"

#include "base/json.hpp"

namespace callosum::sim::xai {
namespace {

constexpr std::size_t kMostKept = 1000;

json::object as_replayed(const Item& item) {
  auto body = item.body;
  body["status"] = "completed";
  body["replayed"] = true;
  const auto type = text_at(body, "type");
  if (type == "function_call" || type == "function_call_output") body["role"] = "tool";
  if (type != "message") return body;
  auto text = text_of(body);
  if (text.empty()) text = item.heard;
  const bool is_assistant = text_at(body, "role") == "assistant";
  json::object part{{"type", is_assistant ? "text" : "input_text"}, {"text", text}};
  body["content"] = json::array{std::move(part)};
  return body;
}

bool is_worth_it(const json::object& body) {
  return text_at(body, "type") != "message" || !text_of(body).empty();
}

}  // namespace

void KeptConversations::keep(const std::string& id, const Conversation& conversation,
                             std::chrono::milliseconds how_long) {
  std::erase_if(kept_, [&](const auto& entry) { return entry.second.until <= clock_.now(); });
  if (kept_.size() >= kMostKept && !kept_.contains(id)) kept_.erase(kept_.begin());
  auto& kept = kept_[id];
  kept.until = clock_.now() + how_long;
  kept.items.clear();
  for (const auto& item : conversation.items()) {
    auto body = as_replayed(item);
    if (is_worth_it(body)) kept.items.push_back(std::move(body));
  }
}

bool KeptConversations::has(const std::string& id) const {
  const auto found = kept_.find(id);
  return found != kept_.end() && clock_.now() < found->second.until;
}

std::vector<json::object> KeptConversations::replay(const std::string& id) const {
  if (!has(id)) return {};
  return kept_.at(id).items;
}

}  // namespace callosum::sim::xai
