#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/deque.hpp"
#include "session/recent_ids.hpp"

namespace callosum::session {

namespace json = boost::json;

/// One response.create.
struct Create {
  std::string event_id;    ///< as it is sent; empty: there is none
  std::string callers_id;  ///< what the caller called it; empty: it gave no id
  bool is_callers = false;
  std::string text;                ///< of the caller's: the whole event, as it is sent
  json::object wish;               ///< of the caller's: what follow-ups of its response repeat
  std::vector<std::string> tools;  ///< of the client, declared for this response alone
};

/// The response.creates that are on their way or held, and what each one asked for: names for
/// refusals, wishes for follow-ups, tools for calls. When one is sent is the sequencer's to say.
/// Pure.
class Creates {
 public:
  // The conversation's: one on its way, one held, at most.
  void send(Create create) { on_its_way_ = std::move(create); }
  const Create& on_its_way() const { return on_its_way_; }
  Create take_on_its_way() { return std::exchange(on_its_way_, {}); }
  void hold(Create create) { held_ = std::move(create); }
  /// Empty (no event id) where there is none.
  Create take_held() { return std::exchange(held_, {}); }
  /// The conversation's next response has begun: of what was on its way, or of nothing of ours.
  void on_created();
  void on_done() { begun_ = {}; }
  /// The caller's create of the response that runs; empty where it was not asked for by one.
  Create take_begun() { return std::exchange(begun_, {}); }

  /// What a follow-up of the current response asks for: what the caller asked of it, without what
  /// was for its first part alone. `session_forces_calls`: the session's own tool_choice does.
  json::object follow_up(json::object metadata, bool session_forces_calls);
  /// A call of ours has its output; so many of them since the last follow-up were refused.
  void on_answer(bool is_over_budget);

  // Outside the conversation, where any number may be.
  void send_out_of_band(Create create);
  /// Gives the event id that it was asked for with; empty where nobody asked.
  std::string_view on_created_out_of_band(std::string_view response_id);
  /// The event id that it was asked for with; empty where that is not known.
  std::string on_done_out_of_band(std::string_view response_id);
  bool is_out_of_band(std::string_view response_id) const { return outside_.contains(response_id); }
  bool has_open_out_of_band() const { return !open_.empty(); }
  /// Responses that have begun and not ended, and will not: the connection is lost.
  std::vector<std::string> take_open_out_of_band();
  /// Those without a response yet; they are on their way still.
  const Deque<Create>& unanswered_out_of_band() const { return unanswered_; }
  /// The one with that event id, which is no longer on its way.
  std::optional<Create> take_out_of_band(std::string_view event_id);

  /// An id that the caller's event was given here: it does not know it.
  void give_id(std::string_view event_id) { given_.insert(event_id); }
  bool has_given(std::string_view event_id) const { return given_.contains(event_id); }
  /// Declared by the client for that response; "": for the conversation's current one.
  bool is_callers_tool(std::string_view name, std::string_view response_id) const;

 private:
  struct Outside {
    std::string response_id;
    std::string event_id;  // it was asked for with
    std::vector<std::string> tools;
  };

  Create take_oldest_out_of_band();

  Create on_its_way_;
  Create held_;
  Create begun_;                    // of the current response
  json::object wish_;               // of the current response and those that follow up
  std::vector<std::string> tools_;  // likewise
  int answers_ = 0;                 // of our calls, since the last follow-up
  int over_budget_ = 0;             // of those: refused as over budget
  Deque<Create> unanswered_;
  Deque<Outside> open_;
  RecentIds outside_{64};
  RecentIds given_{64};
};

/// What follow-ups repeat of a caller's `response`: not its input, which the conversation does not
/// need any more, nor a forced call, which would be forced for ever; nothing where it is too large.
json::object make_wish(const json::object& response);

}  // namespace callosum::session
