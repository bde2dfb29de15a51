#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callosum::sim {

namespace json = boost::json;
using Ms = std::chrono::milliseconds;

/// One function call that the "model" makes.
struct CallPlan {
  std::string name;
  std::string arguments;  ///< verbatim: need not be JSON
  std::string call_id;    ///< empty: a fresh one
  std::vector<std::string>
      pieces;  ///< what the deltas carry; empty: the arguments, cut by `piece_count`
  std::size_t piece_count = 0;  ///< 0: token-sized pieces
  bool is_cut = false;          ///< ends `incomplete`, its arguments as far as they came
  bool is_unfinished = false;   ///< never gets its done events
  bool is_added_twice = false;  ///< its item is announced two times
  std::string announced;  ///< arguments already in output_item.added, as some vendors send `{}`
};

/// One output item: something said, or a call.
struct ReplyPart {
  std::string text;
  std::string phase;  ///< "commentary", "final_answer" or none
  std::optional<CallPlan> call;
};

enum class FaultKind : std::uint8_t {
  duplicate,       ///< the event of `type` is sent `count` times more, in a row
  duplicate_late,  ///< the event of `type` again after response.done
  duplicate_call,  ///< the first call again, whole, under another item id; after response.done if
                   ///< `is_late`
  reorder,         ///< the first event of `type` swaps places with the first of `other_type`
  drop,            ///< events of `type` are not sent
  blank,           ///< in events of `type`, `field` (a path such as item.call_id) is ""
  missing,         ///< the same, but it is not there
  silence,         ///< nothing more from this response, which stays active
  disconnect,
  unknown_event,  ///< `event` is sent as it is
  huge_event,     ///< an unknown event of `bytes`
  errors,         ///< `count` error events
};

enum class Manner : std::uint8_t {
  close,  ///< a close frame with `code`
  eof,    ///< the TCP connection ends without one
  reset,  ///< the same with a TCP reset
  hang,   ///< nothing is sent or read any more, and nothing closed
};

struct Disconnect {
  Manner manner = Manner::eof;
  std::uint16_t code = 1011;
  std::string reason;
};

struct Fault {
  FaultKind kind = FaultKind::duplicate;
  std::size_t at = 1;  ///< before the nth event of the response (1: response.created)
  std::string type;
  std::string other_type;
  std::string field;
  std::size_t count = 1;
  std::size_t bytes = 0;
  bool is_late = false;
  Disconnect disconnect;
  json::object event;  ///< an event, or the `error` of an error event
};

/// What one response does.
struct Reply {
  std::vector<ReplyPart> parts;
  bool is_interleaved = false;  ///< the parts' events alternate, as reasoning models send them
  Ms start_delay{0};            ///< before response.created
  Ms delay{0};                  ///< before every further event
  bool is_ignored = false;      ///< response.create gets no answer at all
  json::object failure;         ///< `error` of a failed response; empty: none
  std::string incomplete;       ///< reason: max_output_tokens, content_filter; empty: complete
  std::vector<Fault> faults;
  json::object wire;  ///< of `chat` alone: how the answer is streamed
};

/// What the "model" knows when it is asked to respond.
struct Turn {
  struct Output {
    std::string call_id;
    std::string name;
    std::string text;
  };

  std::string user_text;             ///< newest user message, also while its calls are answered
  bool is_user_newest = false;       ///< nothing was said or called since
  std::vector<Output> outputs;       ///< newer than anything the model said or called
  std::size_t call_rounds = 0;       ///< rounds of calls since the user's message
  std::vector<std::string> results;  ///< every output of the conversation, the oldest first
  std::string instructions;          ///< of this response alone
  std::vector<std::string> tools;
  std::vector<json::object> schemas;  ///< their parameters, in the same order
  bool may_call = true;               ///< tool_choice is not "none"
  std::string must_call;              ///< a tool's name, or "*" for any
  std::size_t nth = 1;                ///< response of this connection
  std::size_t connection = 1;         ///< connection of this process
};

}  // namespace callosum::sim
