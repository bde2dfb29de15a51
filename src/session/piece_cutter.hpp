#pragma once

#include <deque>
#include <string>
#include <string_view>

namespace callosum::session {

/// Cuts text, as it comes, into pieces that can be spoken one after the other: sentences; long
/// ones, and the first that is heard, at their clauses. The pieces, joined by blanks, are the text
/// but for its white space.
class PieceCutter {
 public:
  /// Appends what is ready to `pieces`.
  void feed(std::string_view text, std::deque<std::string>& pieces);
  /// The text is over: the rest is a piece.
  void finish(std::deque<std::string>& pieces);

 private:
  std::size_t find_cut() const;
  void take(std::size_t bytes, std::deque<std::string>& pieces);

  std::string rest_;
  bool is_first_ = true;
};

}  // namespace callosum::session
