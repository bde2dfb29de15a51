#include "session/tool_veil.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace callosum::session {
namespace {

constexpr std::size_t kMaxResponses = 8;
constexpr std::size_t kMaxHidden = 4096;  // of one session; the wire forgets older items too

}  // namespace

void ToolVeil::hide_item(std::string_view item_id, std::string_view previous_visible) {
  if (item_id.empty()) return;
  if (hidden_items_.size() >= kMaxHidden) hidden_items_.clear();
  auto& previous = hidden_items_[std::string(item_id)];
  if (!previous_visible.empty()) previous = previous_visible;
}

void ToolVeil::hide_call(std::string_view call_id) {
  if (hidden_calls_.size() >= kMaxHidden) hidden_calls_.clear();
  hidden_calls_.emplace(call_id);
}

bool ToolVeil::is_hidden_item(std::string_view item_id) const {
  return hidden_items_.contains(std::string(item_id));
}

bool ToolVeil::is_hidden_call(std::string_view call_id) const {
  return hidden_calls_.contains(std::string(call_id));
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

void ToolVeil::drop_response(std::string_view response_id, std::string done_text) {
  auto* held = find(response_id);
  if (!held) return;
  held->is_announced = true;
  auto metadata = std::move(held->metadata);
  // A chain of hidden responses hands the first one's metadata on.
  if (dropped_ && metadata.empty()) metadata = std::move(dropped_->metadata);
  dropped_ = Dropped{std::move(held->text), std::move(done_text), std::move(metadata)};
}

json::object ToolVeil::take_metadata() {
  return dropped_ ? std::exchange(dropped_->metadata, {}) : json::object{};
}

std::pair<std::string, std::string> ToolVeil::take_dropped() {
  if (!dropped_) return {};
  std::pair<std::string, std::string> out{std::move(dropped_->created), std::move(dropped_->done)};
  dropped_.reset();
  return out;
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
  for (int hops = 0; hops < 64; ++hops) {
    const auto at = hidden_items_.find(id);
    if (at == hidden_items_.end()) break;
    id = at->second;
  }
  if (id.empty()) {
    *previous = nullptr;
  } else {
    *previous = id;
  }
}

}  // namespace callosum::session
