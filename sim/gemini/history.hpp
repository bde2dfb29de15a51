#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace callosum::sim::gemini {

namespace json = boost::json;

enum class Who : std::uint8_t { user, model, call, response };

/// Something said, called or answered.
struct Entry {
  Who who = Who::user;
  std::string text;  ///< said; or what a function gave back
  std::string id;    ///< of a call and its response
  std::string name;
};

/// What a session remembers, oldest first. Bounded: the oldest entries go.
class History {
 public:
  void add(Entry entry);
  const std::deque<Entry>& entries() const { return entries_; }
  /// How much has ever been added: names a moment.
  std::size_t moment() const { return dropped_ + entries_.size(); }
  /// A copy as it was at that moment.
  History at(std::size_t moment) const;
  bool contains(std::string_view text) const;
  std::size_t text_bytes() const { return text_bytes_; }  ///< of everything ever added
  /// The newest entries, for statistics.
  json::object newest() const;

 private:
  std::deque<Entry> entries_;
  std::size_t dropped_ = 0;
  std::size_t text_bytes_ = 0;
};

}  // namespace callosum::sim::gemini
