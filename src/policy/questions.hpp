#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/event.hpp"
#include "base/random.hpp"

namespace callosum::policy {

/// What callers of one session are asked to agree to, and what they said to it. A question counts
/// once it has been heard to its end; one that was cut off is void. Belongs to the session's
/// thread.
class Questions {
 public:
  /// One call: this tool with these very arguments.
  struct Act {
    std::string_view tool, arguments_hash;
  };
  struct Question {
    std::string token;
    std::string tool, arguments_hash;
    std::int64_t expires_at_ms = 0;
    std::uint64_t asked_in = 0;   ///< turn
    std::uint64_t agreed_in = 0;  ///< turn; 0: not yet
    bool is_being_put = false;    ///< by the reply that is being made
    bool was_put = false;
    bool is_displaced = false;    ///< something else was asked since: it has to be put again
    bool was_heard = false;       ///< and played to its end: it may outlive the connection
    bool is_restored = false;     ///< heard on an earlier connection of the same session
    bool is_raised = false;       ///< the tool alone would not have asked
    std::string name, arguments;  ///< the tool's; as they were sent, JSON
    std::int64_t asked_at_ms = 0;
  };
  /// What is asked, for how long, and in which turn.
  struct Asking {
    Act act;
    std::string_view name;
    std::string arguments;
    std::uint64_t turn = 0;
    std::int64_t asked_at_ms = 0, expires_at_ms = 0;
    bool is_raised = false;
  };
  enum class Redeemed : std::uint8_t { agreed, unknown, expired, not_heard, same_turn, not_agreed };

  /// The same question again while it is open.
  const Question& ask(Asking asking, Random& random);
  /// Single use: what has been agreed to is gone after it, however often it was asked.
  Redeemed redeem(std::string_view token, const Act& act, std::uint64_t turn, std::int64_t now_ms);

  // What the session hears.
  void reply_began();
  /// `words`: what it said. Who asks something else in it has left what was asked before.
  void reply_ended(bool completed, std::string_view words = {});
  void reply_was_cut();  ///< the caller spoke before it had been played
  /// By us, of our own accord ("Are you still there?"): the next yes is to that. What is open has
  /// to be put again.
  void something_else_asked();
  /// The words of a user turn, as a whole or in pieces.
  void user_said(std::uint64_t turn, std::string_view words);
  /// Before that: a question that no answer is in time for takes no yes away from another.
  void drop_expired(std::int64_t now_ms);

  // What outlives a connection: those that were heard to their end, and not answered with a no.
  void note_heard();  ///< what was put has been played
  std::vector<Question> heard() const;
  void restore(std::vector<Question> heard);
  /// Another number whenever `heard` is.
  std::uint64_t heard_version() const { return heard_version_; }
  /// Somebody else has them now: nothing is agreed to here any more.
  void give_up();

  bool is_open() const { return !open_.empty(); }
  bool has_words_of(std::uint64_t turn) const { return turn_ == turn && !words_.empty(); }
  /// Until that turn's words are known, or the deadline passes.
  boost::asio::awaitable<void> wait_for_words(std::uint64_t turn, async::Deadline deadline);

 private:
  template <class Which>
  void drop(const Which& which);
  bool is_one_act_put(std::uint64_t before_turn) const;
  void drop_unanswered();
  void displace(Question& question);

  static constexpr std::size_t kMaxOpen = 8;      // the oldest goes
  static constexpr std::size_t kMaxWords = 4096;  // of one turn; beyond it nothing is agreed to

  std::vector<Question> open_;
  std::uint64_t heard_version_ = 0;
  std::uint64_t turn_ = 0;  // of `words_`
  std::string words_;
  std::vector<std::shared_ptr<async::Event>> waiting_;
};

}  // namespace callosum::policy
