// A call that is finished behind the end of its response: it is told all the same, once.
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "provider/xai/normaliser_event.hpp"

namespace callosum::provider::xai {
namespace {

constexpr std::size_t kMaxLate = 64;

}  // namespace

void Normaliser::keep_late(const OutputItem& item) {
  if (late_.size() >= kMaxLate) late_.pop_front();
  late_.push_back({running_.id(), item});
}

/// Empty: of none that has ended.
std::string Normaliser::late_response_of(const Event& event) const {
  const auto named = text_at(event.body, "response_id");
  if (!named.empty()) return is_past(named) ? std::string(named) : std::string();
  return past_.empty() ? std::string() : past_.back();
}

std::optional<std::size_t> Normaliser::find_late(std::string_view response_id,
                                                 std::string_view item_id) const {
  for (std::size_t at = 0; at < late_.size(); ++at) {
    if (late_[at].response_id == response_id && late_[at].item.id == item_id) return at;
  }
  return std::nullopt;
}

bool Normaliser::on_late_item(Event& event, json::object seen) {
  const auto response_id = late_response_of(event);
  const std::string id(text_at(seen, "id"));
  const bool is_call = text_at(seen, "type") == "function_call";
  const bool is_whole = text_at(seen, "status", "completed") == "completed";
  if (response_id.empty() || id.empty() || !is_call || !is_whole) return false;
  if (const auto at = find_late(response_id, id)) {
    if (names_call(late_[*at].item, seen)) end_late(*at, std::move(seen), event.out);
    return false;
  }
  const std::string call_id(text_at(seen, "call_id"));
  if (call_id.empty() || knows_call(call_id)) return false;
  // Its beginning was lost, or is as late.
  note_call(call_id);
  OutputItem item;
  item.id = id;
  item.call_id = call_id;
  item.item = seen;
  say({{"type", "response.output_item.added"},
       {"response_id", response_id},
       {"output_index", item.index},
       {"item", item.item}},
      event.out);
  late_.push_back({response_id, std::move(item)});
  end_late(late_.size() - 1, std::move(seen), event.out);
  return false;
}

/// A call is whole with its arguments (§4.1), whether or not the end of its item follows.
bool Normaliser::on_late_arguments(Event& event) {
  const auto at = find_late(late_response_of(event), text_at(event.body, "item_id"));
  if (!at || late_[*at].item.call_id.empty()) return false;
  late_[*at].item.arguments = text_at(event.body, "arguments");
  end_late(*at, {}, event.out);
  return false;
}

void Normaliser::end_late(std::size_t at, json::object seen, Frames& out) {
  auto late = std::move(late_[at]);
  late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(at));
  auto& item = late.item;
  running_.finish(item, std::move(seen), "completed");
  const bool is_new = !items_.knows(item.id);
  const auto before = std::string(items_.before(item.id));
  items_.keep(item.item);
  if (is_new) {
    say_item("conversation.item.added", item.item,
             before.empty() ? json::value(nullptr) : json::value(before), out);
  }
  if (items_.mark_done(item.id)) say_item("conversation.item.done", item.item, nullptr, out);
  say({{"type", "response.output_item.done"},
       {"response_id", late.response_id},
       {"output_index", item.index},
       {"item", item.item}},
      out);
}

}  // namespace callosum::provider::xai
