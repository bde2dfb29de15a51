#include "sim/xai/resumption.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::sim::xai {
namespace {

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
  const auto before = kept_.find(id);
  if (before != kept_.end()) forget(before);
  Kept kept{.items = {}, .bytes = 0, .until = clock_.now() + how_long};
  for (auto item = conversation.items().rbegin(); item != conversation.items().rend(); ++item) {
    auto body = as_replayed(*item);
    if (!is_worth_it(body)) continue;
    const auto bytes = json::serialize(body).size();
    if (kept.bytes + bytes > kMostBytesOfOne) break;
    kept.bytes += bytes;
    kept.items.push_back(std::move(body));
  }
  std::reverse(kept.items.begin(), kept.items.end());
  bytes_ += kept.bytes;
  kept_[id] = std::move(kept);
  make_room(id);
}

void KeptConversations::forget(Entries::iterator entry) {
  bytes_ -= entry->second.bytes;
  kept_.erase(entry);
}

void KeptConversations::make_room(const std::string& for_id) {
  for (auto entry = kept_.begin(); entry != kept_.end();) {
    const auto next = std::next(entry);
    if (entry->second.until <= clock_.now()) forget(entry);
    entry = next;
  }
  while (kept_.size() > 1 && (kept_.size() > kMost || bytes_ > kMostBytes)) {
    // Of those that are as old as the new one, not that.
    forget(std::min_element(kept_.begin(), kept_.end(), [&](const auto& a, const auto& b) {
      return std::pair(a.second.until, a.first == for_id) <
             std::pair(b.second.until, b.first == for_id);
    }));
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
