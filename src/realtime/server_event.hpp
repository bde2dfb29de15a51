#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "realtime/event_type.hpp"

namespace callosum::realtime {

namespace json = boost::json;

/// One frame from the model's side, not yet parsed. `text` lives until the next frame is read.
struct ServerFrame {
  EventType type = EventType::unknown;
  std::string_view text;
};

/// A server event that the gateway acts on, parsed whole: `body` is the event as it came, for
/// rewriting. The accessors below read the fields that GA promises (protocol §7, §8); a missing one
/// reads as empty.
struct ServerEvent {
  EventType type = EventType::unknown;
  json::object body;
};

/// How much base64 an output_audio.delta carries, told without parsing it: what stands between the
/// quotes of its `delta`. Of one that names none, all of it.
std::size_t audio_chars(std::string_view frame);

/// Memory for one event while it is looked at, on the stack of the one who looks: most events are
/// small. What is kept beyond that is assigned to an object of its own storage; a Boost.JSON value
/// that is copied or moved into being takes the arena along.
class EventArena {
 public:
  json::storage_ptr storage() { return &memory_; }

 private:
  unsigned char first_[6 * 1024];
  json::monotonic_resource memory_{first_, sizeof first_};
};

/// TRANSIENT when the frame is not one JSON object within 10 MiB and depth 32. With a `storage` the
/// event lives no longer than that.
Result<ServerEvent> decode_server_event(const ServerFrame& frame, json::storage_ptr storage = {});

/// A conversation item (§7), as far as the gateway looks at one.
struct Item {
  std::string_view id, type, status, role, call_id, name, arguments;
  bool is_function_call() const { return type == "function_call"; }
  bool is_function_output() const { return type == "function_call_output"; }
  bool is_completed() const { return status == "completed"; }
};
Item read_item(const json::object& item);
/// All text of a message item: what was typed, said or written, parts joined by a space.
std::string item_text(const json::object& item);

/// The response of response.created and response.done (§8.1).
struct ResponseInfo {
  std::string_view id, status, reason, error_code;
  bool is_out_of_band = false;  ///< conversation "none": it does not occupy the conversation
};
ResponseInfo read_response(const json::object& event);

/// The `error` member of an error event (§9).
struct ErrorInfo {
  std::string_view type, code, message, param, event_id;
};
ErrorInfo read_error(const json::object& event);

}  // namespace callosum::realtime
