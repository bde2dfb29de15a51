#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace callosum::session {

/// In which order a session asks its providers for a connection: all in turn, from the one it had,
/// which is asked twice at first; those that rest after the others. Pure.
class SourceSearch {
 public:
  /// At the start: each once.
  explicit SourceSearch(std::size_t count) : asked_(count, 0), most_(1) {}
  /// That one was lost, `losses` times in a row: each up to `most` times.
  struct Lost {
    std::size_t source = 0;
    int losses = 0;
  };
  SourceSearch(std::size_t count, Lost lost, int most);

  /// The one to ask now; nothing: each has been asked often enough. Counts as asked.
  std::optional<std::size_t> next(const std::function<bool(std::size_t)>& is_resting);
  /// It took as long as two.
  void count_again(std::size_t source) { ++asked_[source]; }
  /// It will not be had.
  void give_up(std::size_t source) { asked_[source] = most_; }
  /// How often it has been asked.
  int asked(std::size_t source) const { return asked_[source]; }

 private:
  std::vector<int> asked_;
  std::size_t from_ = 0;
  int most_;
};

}  // namespace callosum::session
