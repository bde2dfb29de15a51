// A conversation that xAI has kept: how it is named, and what its items are called.
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "provider/xai/wire.hpp"
#include "realtime/client_event.hpp"

namespace callosum::provider::xai {

namespace {

constexpr std::size_t kLongestId = 256;  // of a conversation: a stranger's text, in an address

}  // namespace

std::string Wire::resumption() const {
  const auto& id = normaliser_.conversation_id();
  const bool has_content = normaliser_.has_begun() || replay_.has_resumed();
  const bool is_sound = normaliser_.is_named() && id.size() <= kLongestId;
  return has_content && is_sound ? id : std::string();
}

std::vector<realtime::KeptItem> Wire::take_kept() {
  auto kept = replay_.take_items();
  for (const auto& item : kept) {
    if (!item.call_id.empty()) normaliser_.note_call(item.call_id);
  }
  return kept;
}

void Wire::name_kept(const realtime::KeptItem& item, std::string_view known_as) {
  normaliser_.keep_item(item, known_as);
}

/// An item is named that has another id here. True: the event was sent on with that.
bool Wire::name_theirs(std::string_view text) {
  const auto& names = normaliser_.names();
  if (names.empty()) return false;
  const auto type = realtime::peek_type(text);
  const bool is_new = type == realtime::EventType::conversation_item_create;
  const auto* key = is_new ? "previous_item_id" : "item_id";
  auto event = realtime::decode_client_event({type, text});
  if (!event) return false;
  const std::string named(text_at(*event, key));
  const auto theirs = names.theirs(named);
  if (theirs == named) return false;
  (*event)[key] = theirs;
  to_model_.push_back(json::serialize(*event));
  return true;
}

}  // namespace callosum::provider::xai
