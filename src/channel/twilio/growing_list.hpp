#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <utility>

namespace callosum::channel::twilio {

namespace json = boost::json;

/// A JSON array that grows at its end, and of which the newest entries may still change. What is
/// older is not kept here but where its text was taken to. Pure.
class GrowingList {
 public:
  static constexpr std::size_t kNewest = 24;

  /// Without `settles`, every entry may still change.
  explicit GrowingList(json::array entries = {}, bool settles = true)
      : newest_(std::move(entries)), settles_(settles) {}

  std::size_t size() const { return settled_ + newest_.size(); }
  /// At its end, or before one of the newest.
  json::object& add(json::object entry) { return add(std::move(entry), newest_.size()); }
  json::object& add(json::object entry, std::size_t before);
  /// Those that may still change, the newest last.
  json::array& newest() { return newest_; }
  const json::array& newest() const { return newest_; }
  void clear();

  /// The array's text from byte `kept` on; what was taken before stands in front of it.
  struct Text {
    std::size_t kept = 0;
    std::string text;
  };
  Text take();

 private:
  json::array newest_;
  bool settles_;
  std::size_t settled_ = 0;  // entries that change no more
  std::size_t settled_bytes_ = 0;
};

}  // namespace callosum::channel::twilio
