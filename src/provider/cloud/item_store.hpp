#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/deque.hpp"

namespace callosum::provider::cloud {

namespace json = boost::json;

/// The conversation's items as the client was shown them, for conversation.item.retrieve of
/// providers that lack it. Bounded: the oldest are forgotten.
class ItemStore {
 public:
  static constexpr std::size_t kMaxItems = 256;
  static constexpr std::size_t kMaxBytes = 512 * 1024;

  void keep(const json::object& item);  ///< in the place of one with its id
  const json::object* find(std::string_view id) const;
  bool knows(std::string_view id) const { return find(id) != nullptr; }
  /// The id of the one before it; of one that is not there: of the newest. Empty: none.
  std::string_view before(std::string_view id) const;
  void forget(std::string_view id);
  /// True: conversation.item.done of it has not been said yet, and is now.
  bool mark_done(std::string_view id);
  /// What the user was heard to say.
  void set_transcript(std::string_view id, std::string_view transcript);

 private:
  struct Entry {
    std::string id;
    json::object item;
    std::size_t bytes = 0;
    bool is_done = false;
  };
  Entry* entry(std::string_view id);

  Deque<Entry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace callosum::provider::cloud
