#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/deque.hpp"
#include "realtime/server_event.hpp"
#include "session/recent_ids.hpp"

namespace callosum::session {

namespace json = boost::json;

/// What the caller's program does not see: our calls, their outputs, and a response that held
/// nothing else. A response is announced to the caller with its first visible event; one of hidden
/// calls alone is dropped whole, and the response that follows up takes its place with its
/// metadata.
class ToolVeil {
 public:
  /// Items of ours that must not reach the caller.
  void hide_item(std::string_view item_id, std::string_view previous_visible = {});
  void hide_call(std::string_view call_id);
  /// Those to come are named by somebody else.
  void forget_calls();
  bool is_hidden_item(std::string_view item_id) const;
  bool is_hidden_call(std::string_view call_id) const;

  /// Keeps the announcement of a response back.
  void hold_created(std::string_view response_id, std::string text, json::object metadata);
  void mark_hidden_output(std::string_view response_id);
  /// The kept announcement, when `response_id` is about to become visible: send it first.
  std::optional<std::string> take_created(std::string_view response_id);
  bool is_held(std::string_view response_id) const;
  bool has_hidden_output(std::string_view response_id) const;
  /// A response of hidden calls alone: drops it and keeps its metadata for the one that follows up.
  /// `done_text` is its response.done as the model sent it.
  void drop_response(std::string_view response_id, std::string_view done_text);
  bool is_dropped(std::string_view response_id) const;
  /// Metadata of the dropped response, for the follow-up's create.
  json::object metadata() const { return dropped_ ? dropped_->metadata : json::object{}; }
  /// The caller cancelled: the dropped response ends as cancelled, if nothing takes its place.
  void cancel_dropped();
  /// Nothing takes the dropped response's place: its announcement and end, for the caller, ours
  /// taken out. Empty: none.
  std::pair<std::string, std::string> take_dropped();
  void forget_dropped() { dropped_.reset(); }

  /// Removes our items from the `output` of a response event. True: something was removed.
  bool strip_output(json::object& event) const;
  /// `previous_item_id` never names a hidden item.
  void mend_previous(json::object& event) const;

 private:
  struct Hop {
    std::string id, previous;
  };
  struct Held {
    std::string id;
    std::string text;
    json::object metadata;
    bool has_hidden = false;
    bool is_announced = false;
  };
  static constexpr std::size_t kMaxCalls = 64;
  struct Dropped {
    std::string id, created, done;
    json::object metadata;
    bool is_cancelled = false;
  };
  Held* find(std::string_view response_id);
  const Held* find(std::string_view response_id) const;

  RecentIds hidden_items_{128};
  Deque<Hop> hops_;  // from the latest hidden items to the item before each
  RecentIds hidden_calls_{kMaxCalls};
  Deque<Held> responses_;  // the last few
  std::optional<Dropped> dropped_;
};

}  // namespace callosum::session
