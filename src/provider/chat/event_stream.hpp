#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::provider::chat {

/// One server-sent event.
struct StreamEvent {
  std::string data;   ///< its lines joined by LF
  std::string error;  ///< of a field that llama.cpp has beside the standard's (protocols §3.2)
};

/// Takes server-sent events out of bytes that come in any pieces (protocols §3.1): LF and CRLF,
/// comments, several lines of data. What is not closed by an empty line at the end is none.
class EventStream {
 public:
  /// Appends the events that are whole now. TRANSIENT: a line or an event is too long.
  Result<void> feed(std::string_view bytes, std::vector<StreamEvent>& out);

 private:
  Result<void> take_line(std::string_view line, std::vector<StreamEvent>& out);

  std::string line_;  // not yet whole
  StreamEvent event_;
  bool has_fields_ = false;
};

}  // namespace callosum::provider::chat
