#pragma once

#include <string>
#include <string_view>

#include "base/deque.hpp"

namespace callosum::provider::xai {

/// Items of a conversation that was taken up have new ids; the caller's program goes on naming them
/// by those of before. Bounded: the oldest are forgotten.
class ItemNames {
 public:
  void add(std::string_view theirs, std::string_view known_as);
  bool empty() const { return names_.empty(); }
  /// xAI's id of an item that the program names; the name itself where it is the same.
  std::string_view theirs(std::string_view known_as) const;
  std::string_view known_as(std::string_view theirs) const;

 private:
  struct Name {
    std::string theirs, known_as;
  };
  static constexpr std::size_t kMaxNames = 256;
  Deque<Name> names_;
};

}  // namespace callosum::provider::xai
