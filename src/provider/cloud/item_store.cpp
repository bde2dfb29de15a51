#include "provider/cloud/item_store.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"

namespace callosum::provider::cloud {

ItemStore::Entry* ItemStore::entry(std::string_view id) {
  // The newest are asked for.
  const auto at = std::find_if(entries_.rbegin(), entries_.rend(),
                               [&](const Entry& each) { return each.id == id; });
  return at == entries_.rend() ? nullptr : &*at;
}

const json::object* ItemStore::find(std::string_view id) const {
  const auto at = std::find_if(entries_.rbegin(), entries_.rend(),
                               [&](const Entry& each) { return each.id == id; });
  return at == entries_.rend() ? nullptr : &at->item;
}

std::string_view ItemStore::before(std::string_view id) const {
  const auto at = std::find_if(entries_.begin(), entries_.end(),
                               [&](const Entry& each) { return each.id == id; });
  if (at == entries_.begin()) return {};
  return std::prev(at)->id;
}

void ItemStore::keep(const json::object& item) {
  const auto id = text_at(item, "id");
  if (id.empty()) return;
  const auto bytes = json::serialize(item).size();
  auto* found = entry(id);
  if (!found) {
    entries_.push_back({std::string(id), {}, 0, false});
    found = &entries_.back();
  }
  bytes_ += bytes - found->bytes;
  found->item = item;
  found->bytes = bytes;
  while (entries_.size() > 1 && (entries_.size() > kMaxItems || bytes_ > kMaxBytes)) {
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
  }
}

void ItemStore::forget(std::string_view id) {
  const auto at = std::find_if(entries_.begin(), entries_.end(),
                               [&](const Entry& each) { return each.id == id; });
  if (at == entries_.end()) return;
  bytes_ -= at->bytes;
  entries_.erase(at);
}

bool ItemStore::mark_done(std::string_view id) {
  auto* found = entry(id);
  return found && !std::exchange(found->is_done, true);
}

void ItemStore::set_transcript(std::string_view id, std::string_view transcript) {
  auto* found = entry(id);
  auto* content = found ? found->item.if_contains("content") : nullptr;
  if (!content || !content->is_array()) return;
  for (auto& part : content->get_array()) {
    auto* object = part.if_object();
    if (!object || text_at(*object, "type") != "input_audio") continue;
    (*object)["transcript"] = transcript;
    return;
  }
}

}  // namespace callosum::provider::cloud
