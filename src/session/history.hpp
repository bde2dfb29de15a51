#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/deque.hpp"
#include "session/context.hpp"

namespace callosum::session {

/// What was said and done, in text, bounded: what a new provider connection is told when the old
/// one was lost.
class History {
 public:
  struct Line {
    std::string role;  ///< user, assistant, system; tool: something was done
    std::string text;
    std::string item_id;                   ///< empty: not known (yet)
    std::string tool, call_id, arguments;  ///< of what was done
  };
  void add(std::string_view role, std::string_view text, std::string_view item_id = {});
  /// A call has its result.
  void add_done(Moment done);
  /// The provider has given an item its id: that of the first line with these words and no id.
  void name(std::string_view item_id, std::string_view role, std::string_view text);
  /// Nobody is told of it any more.
  void remove(std::string_view item_id);
  const Deque<Line>& lines() const { return lines_; }
  /// The first so many lines as a context's continuity.
  std::vector<Moment> continuity(std::size_t lines) const;
  /// From here on: what is added is no part of what a new connection is told.
  void mark() { added_since_mark_ = 0; }
  std::size_t lines_before_mark() const {
    return lines_.size() - std::min(lines_.size(), added_since_mark_);
  }

 private:
  static constexpr std::size_t kMaxLines = 40;
  static constexpr std::size_t kMaxLineBytes = 2000;
  static constexpr std::size_t kMaxResultBytes = 4000;  // a longer one is named, not kept
  Deque<Line> lines_;
  std::size_t added_since_mark_ = 0;
};

}  // namespace callosum::session
