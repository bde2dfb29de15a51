#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/deque.hpp"

namespace callosum::provider::xai {

namespace json = boost::json;

/// A response that somebody asks for: by response.create, or by a force_message.
struct Ask {
  std::string event_id;
  std::string frame;     ///< as it is sent
  json::value metadata;  ///< comes back with the response
  bool is_utterance = false;
  bool is_text_only = false;
};

/// Whose turn it is. xAI makes one response at a time and says of none who asked for it (protocols:
/// xAI voice §4.1, §6.1), so what is asked for is sent one by one: an utterance waits for the
/// response that runs or is coming, a response.create for the utterance. Pure; told the time.
class Turns {
 public:
  static constexpr std::size_t kMaxWaiting = 8;
  /// Longest wait of one that was asked for, and for the response to one that was sent.
  static constexpr std::chrono::seconds kPatience{8};
  /// After the user has spoken: for the response that xAI makes by itself.
  static constexpr std::chrono::seconds kOwnResponse{3};

  /// False: refused, there is another response of the conversation.
  bool ask(Ask ask, SteadyTime now);
  /// What may be sent now.
  std::optional<Ask> take_due(SteadyTime now);
  std::optional<SteadyTime> next_look(SteadyTime now) const;

  void on_speech_started() { is_speaking_ = true; }
  void on_speech_stopped() { is_speaking_ = false; }
  /// The user has been heard to the end: xAI answers by itself.
  void on_own_response_coming(SteadyTime now) { own_until_ = now + kOwnResponse; }
  /// The client has committed what was said. xAI answers that by itself as well, where GA waits for
  /// a response.create: the one that follows is not sent but takes that response for its own.
  void on_commit(SteadyTime now);
  /// A response has begun: of this; without a frame: of nothing that we asked for.
  Ask on_created();
  void on_done() { is_running_ = false; }
  /// An error that names an event of ours, or none. True: what we waited for was refused; its id.
  std::optional<std::string> on_error(std::string_view event_id, bool is_about_responses);
  /// The response.creates that waited for a response that now is not theirs.
  std::vector<std::string> take_outrun();
  /// The response to the client's commit has begun, and the client has not asked for it yet.
  bool is_unclaimed(SteadyTime now) const { return now < unclaimed_until_; }
  /// True: a response.create asks for that one.
  bool claim(SteadyTime now);
  /// It need not be waited for.
  void give_away() { unclaimed_until_ = {}; }
  bool expects_utterance() const { return sent_ && sent_->is_utterance; }

 private:
  struct Waiting {
    Ask ask;
    SteadyTime until;
  };
  bool may_go(const Waiting& one, SteadyTime now) const;

  Deque<Waiting> waiting_;
  std::optional<Ask> sent_;
  std::optional<Ask> kept_;  ///< not sent: xAI's own response is the one it asks for
  SteadyTime sent_until_{};
  SteadyTime own_until_{};
  SteadyTime unclaimed_until_{};
  bool is_running_ = false;
  bool is_running_utterance_ = false;
  bool is_speaking_ = false;
  bool is_committed_ = false;  ///< by the client, and not answered yet
};

}  // namespace callosum::provider::xai
