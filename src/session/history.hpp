#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/deque.hpp"
#include "realtime/model_port.hpp"
#include "session/context.hpp"

namespace callosum::session {

/// What was said and done, in text, bounded: what a new provider connection is told.
class History {
 public:
  struct Line {
    std::string role;  ///< user, assistant, system; tool: something was done
    std::string text;
    std::string item_id;      ///< as the caller knows it; empty: not known (yet), or not to it
    bool is_kept = false;     ///< by the provider, for a connection that goes on from there
    bool is_waiting = false;  ///< its own event waits for the connection, and tells it
    std::string tool, call_id, arguments;  ///< of what was done
    std::uint64_t place = 0;               ///< in the order in which things happened
  };
  void add(std::string_view role, std::string_view text, std::string_view item_id = {});
  /// A place behind all that is there, for words that come later.
  std::uint64_t keep_place() { return places_++; }
  void add_at(std::uint64_t place, std::string_view role, std::string_view text,
              std::string_view item_id);
  /// A call has its result.
  void add_done(Moment done);
  /// The provider has given an item its id: that of the first line with these words and no id.
  void name(std::string_view item_id, std::string_view role, std::string_view text);
  /// Nobody is told of it any more.
  void remove(std::string_view item_id);
  const Deque<Line>& lines() const { return lines_; }
  /// What a new connection is to be told; one that goes on from where the provider kept is told
  /// what came since.
  std::vector<Moment> untold(bool is_resumed) const;

  /// Of `add`s that kept something.
  std::uint64_t added() const { return added_; }
  /// What was added last waits for the connection: it is not told beside that.
  void wait_last();
  /// Nothing waits any more.
  void stop_waiting();
  /// The provider keeps all of it.
  void keep();
  /// The provider keeps these, in this order, and what came before the newest of them, whatever was
  /// thought. Of each the id that the caller's program knows it by; empty: none.
  std::vector<std::string> find_kept(const std::vector<realtime::KeptItem>& found);
  /// The provider of before is not there any more, nor what it kept.
  void forget_kept();
  /// The result of a call; null: none is known.
  Line* find_done(std::string_view call_id);

 private:
  static Moment moment_of(const Line& line);
  // What is compared with what a provider shows of it.
  static std::vector<std::string> words_of_items(std::span<const realtime::KeptItem> found);
  std::vector<std::string> words_of_lines(std::span<const realtime::KeptItem> found) const;

  static constexpr std::size_t kMaxLines = 40;
  static constexpr std::size_t kMaxLineBytes = 2000;
  static constexpr std::size_t kMaxResultBytes = 4000;  // a longer one is named, not kept
  Deque<Line> lines_;
  std::uint64_t added_ = 0;
  std::uint64_t places_ = 0;
};

}  // namespace callosum::session
