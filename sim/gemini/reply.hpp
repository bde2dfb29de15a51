#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callosum::sim::gemini {

namespace json = boost::json;
using Ms = std::chrono::milliseconds;

/// One function call that the "model" makes. This wire carries an object or nothing.
struct CallPlan {
  std::string name;
  json::object args;
  std::string id;  ///< empty: a fresh one
};

enum class Manner : std::uint8_t {
  close,  ///< a close frame with `code`
  eof,    ///< the TCP connection ends without one
  reset,  ///< the same with a TCP reset
  hang,   ///< nothing is sent or read any more, and nothing closed
};

struct Disconnect {
  Manner manner = Manner::close;
  std::uint16_t code = 1011;
  std::string reason = "Internal error encountered.";
};

enum class FaultKind : std::uint8_t {
  duplicate,       ///< the message of `type` is sent `count` times more, in a row
  duplicate_late,  ///< the message of `type` again behind turnComplete
  duplicate_call,  ///< the first call again in a toolCall of its own; behind turnComplete if
                   ///< `is_late`
  reorder,         ///< the first message of `type` swaps places with the first of `other_type`
  drop,            ///< messages of `type` are not sent
  silence,         ///< nothing more of this turn, which never ends
  disconnect,
  message,  ///< `message` is sent as it is; with `bytes` of filler
  go_away,  ///< goAway, and the end when `time_left` has passed
  cancel,   ///< toolCallCancellation of the calls made so far
};

struct Fault {
  FaultKind kind = FaultKind::duplicate;
  std::size_t at = 1;  ///< before the nth message of the reply
  std::string type;
  std::string other_type;
  std::size_t count = 1;
  std::size_t bytes = 0;
  bool is_late = false;
  Ms time_left{10000};
  Disconnect disconnect;
  json::object message;
};

/// What the model does in one turn; with calls that block, up to them and then behind them.
struct Reply {
  std::string thought;   ///< text that nobody may speak
  std::string preamble;  ///< said before the calls
  std::vector<CallPlan> calls;
  std::string say;
  bool is_malformed = false;  ///< calls that the model could not write: none is made
  Ms start_delay{0};
  Ms delay{0};  ///< before every further message
  bool is_ignored = false;
  std::string reason;              ///< turnCompleteReason
  std::optional<Ms> cancel_after;  ///< the calls are cancelled when this has passed
  std::vector<Fault> faults;
};

}  // namespace callosum::sim::gemini
