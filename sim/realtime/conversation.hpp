#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <list>
#include <set>
#include <string>
#include <string_view>

#include "sim/realtime/checks.hpp"

namespace callosum::sim {

struct Item {
  std::string id;
  json::object body;  ///< as echoed: no sound bytes
  std::chrono::milliseconds spoken{0};
  std::string heard;  ///< what the model understood of a user's sound, transcribed or not
};

/// The items of one connection, in order.
class Conversation {
 public:
  using Items = std::list<Item>;

  /// Behind `after` (an item id, "root" for the front, empty for the end). Null when `after` is
  /// unknown.
  Item* insert(Item item, std::string_view after = {});
  Item* find(std::string_view id);
  bool erase(std::string_view id);
  /// The id before `id`; empty at the front.
  std::string previous_of(std::string_view id) const;
  const Items& items() const { return items_; }
  /// Of all text ever added: what usage is reckoned from.
  std::size_t text_bytes() const { return text_bytes_; }

  /// Shortens what was spoken: sound and transcript.
  Problem truncate(const json::object& event);

 private:
  Items items_;
  std::size_t text_bytes_ = 0;
};

/// All text of a message's content, transcripts included, joined by blanks.
std::string text_of(const json::object& item);
/// `item` as the wire echoes it: sound taken out, a transcript key in its place.
json::object without_sound(const json::object& item);

}  // namespace callosum::sim
