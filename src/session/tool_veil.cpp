#include "session/tool_veil.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::session {
namespace {

constexpr std::size_t kMaxResponses = 8;
constexpr std::size_t kMaxHops = 32;  // an item names the one before it soon or not at all

}  // namespace

void ToolVeil::hide_item(std::string_view item_id, std::string_view previous_visible) {
  if (item_id.empty()) return;
  hidden_items_.insert(item_id);
  if (previous_visible.empty()) return;
  const auto known =
      std::find_if(hops_.begin(), hops_.end(), [&](const Hop& hop) { return hop.id == item_id; });
  if (known != hops_.end()) {
    known->previous = previous_visible;
    return;
  }
  if (hops_.size() >= kMaxHops) hops_.pop_front();
  hops_.push_back({std::string(item_id), std::string(previous_visible)});
}

void ToolVeil::hide_call(std::string_view call_id) { hidden_calls_.insert(call_id); }

void ToolVeil::forget_calls() { hidden_calls_ = RecentIds(kMaxCalls); }

bool ToolVeil::is_hidden_item(std::string_view item_id) const {
  return hidden_items_.contains(item_id);
}

bool ToolVeil::is_hidden_call(std::string_view call_id) const {
  return hidden_calls_.contains(call_id);
}

ToolVeil::Held* ToolVeil::find(std::string_view response_id) {
  return const_cast<Held*>(std::as_const(*this).find(response_id));
}

const ToolVeil::Held* ToolVeil::find(std::string_view response_id) const {
  const auto at = std::find_if(responses_.begin(), responses_.end(),
                               [&](const Held& held) { return held.id == response_id; });
  return at == responses_.end() ? nullptr : &*at;
}

void ToolVeil::hold_created(std::string_view response_id, std::string text, json::object metadata) {
  if (responses_.size() >= kMaxResponses) responses_.pop_front();
  responses_.push_back({std::string(response_id), std::move(text), std::move(metadata)});
}

void ToolVeil::mark_hidden_output(std::string_view response_id) {
  if (auto* held = find(response_id)) held->has_hidden = true;
}

std::optional<std::string> ToolVeil::take_created(std::string_view response_id) {
  auto* held = find(response_id);
  if (!held || held->is_announced) return std::nullopt;
  held->is_announced = true;
  return std::move(held->text);
}

bool ToolVeil::is_held(std::string_view response_id) const {
  const auto* held = find(response_id);
  return held && !held->is_announced;
}

bool ToolVeil::has_hidden_output(std::string_view response_id) const {
  const auto* held = find(response_id);
  return held && held->has_hidden;
}

void ToolVeil::drop_response(std::string_view response_id, std::string_view done_text) {
  auto* held = find(response_id);
  if (!held) return;
  held->is_announced = true;
  auto metadata = std::move(held->metadata);
  // A chain of hidden responses hands the first one's metadata on.
  if (dropped_ && metadata.empty()) metadata = std::move(dropped_->metadata);
  dropped_ = Dropped{held->id, std::move(held->text), std::string(done_text), std::move(metadata)};
}

bool ToolVeil::is_dropped(std::string_view response_id) const {
  return dropped_ && dropped_->id == response_id;
}

void ToolVeil::cancel_dropped() {
  if (dropped_) dropped_->is_cancelled = true;
}

std::pair<std::string, std::string> ToolVeil::take_dropped() {
  if (!dropped_) return {};
  const auto dropped = *std::exchange(dropped_, std::nullopt);
  realtime::EventArena arena;
  const realtime::ServerFrame frame{realtime::EventType::response_done, dropped.done};
  auto done = realtime::decode_server_event(frame, arena.storage());
  if (!done) return {};  // cannot be: it was read before
  strip_output(done->body);
  auto* response = done->body.if_contains("response");
  if (dropped.is_cancelled && response && response->is_object()) {
    response->get_object()["status"] = "cancelled";
    response->get_object()["status_details"] =
        json::object{{"type", "cancelled"}, {"reason", "client_cancelled"}};
  }
  return {dropped.created, json::serialize(done->body)};
}

bool ToolVeil::strip_output(json::object& event) const {
  auto* response = event.if_contains("response");
  auto* object = response ? response->if_object() : nullptr;
  auto* output = object ? object->if_contains("output") : nullptr;
  auto* items = output ? output->if_array() : nullptr;
  if (!items) return false;
  json::array kept;
  for (auto& item : *items) {
    const auto* fields = item.if_object();
    const bool hidden = fields && (is_hidden_item(text_at(*fields, "id")) ||
                                   is_hidden_call(text_at(*fields, "call_id")));
    if (!hidden) kept.push_back(std::move(item));
  }
  const bool changed = kept.size() != items->size();
  *items = std::move(kept);
  return changed;
}

void ToolVeil::mend_previous(json::object& event) const {
  auto* previous = event.if_contains("previous_item_id");
  if (!previous || !previous->is_string()) return;
  std::string id(previous->get_string());
  for (std::size_t steps = 0; steps <= kMaxHops && is_hidden_item(id); ++steps) {
    const auto hop =
        std::find_if(hops_.begin(), hops_.end(), [&](const Hop& each) { return each.id == id; });
    id = hop == hops_.end() ? std::string() : hop->previous;
  }
  if (id.empty()) {
    *previous = nullptr;
  } else {
    *previous = id;
  }
}

}  // namespace callosum::session
