#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/realtime/reply.hpp"

namespace callosum::sim {

struct Rule {
  bool is_any = false;
  std::optional<std::string> text;          ///< in the newest user message, any case
  std::optional<std::string> tool_output;   ///< an output of this tool is to be answered
  std::optional<std::string> output;        ///< in that output, any case
  std::optional<std::string> instructions;  ///< in the response's own instructions
  std::optional<std::size_t> nth;           ///< response of its connection
  std::optional<std::size_t> connection;    ///< connection of the process
  std::size_t times = 0;                    ///< matches a connection at most so often; 0: always
  Reply reply;

  bool matches(const Turn& turn) const;
};

/// Cuts a connection when it has been sent so many events.
struct ConnectionCut {
  std::size_t at_event = 0;     ///< 0: never
  std::size_t connections = 1;  ///< only the first so many connections
  Disconnect disconnect;
};

/// Turns connections away at the door.
struct Refusal {
  std::size_t connections = 0;  ///< only the first so many; 0: none
  int http_status = 0;          ///< before the upgrade; 0: behind it, as the vendor does
  std::size_t retry_after = 0;  ///< seconds, with an HTTP status
  std::string type = "invalid_request_error";
  std::string code = "insufficient_quota";
  std::string message = "You exceeded your current quota.";
  std::size_t close_code = 4000;
};

class Sheet;

/// What a session will do, read from YAML (sim/README.md has every key). Immutable once read;
/// shared by connections. A vendor with keys of its own derives from it.
struct Script {
  virtual ~Script() = default;
  /// Reads the vendor's own keys.
  virtual void read_more(Sheet&) {}

  std::vector<Rule> rules;
  std::vector<std::string> transcripts;  ///< what is heard, by turn; the last repeats
  std::vector<std::string> models;       ///< known besides the vendor's own
  Ms session_length{std::chrono::hours(1)};
  Ms transcription_delay{30};
  bool has_rate_limits = true;
  bool has_error_event_ids = true;
  bool accepts_unknown_outputs = false;
  bool is_worst = false;  ///< where no rule matches, the worst model answers
  ConnectionCut cut;
  Refusal refusal;
};

/// Reads into `into`, which brings the vendor's defaults and keys. VALIDATION with line and key for
/// anything unknown or of the wrong type.
Result<std::shared_ptr<const Script>> parse_script(
    const std::string& yaml, std::shared_ptr<Script> into = std::make_shared<Script>());
Result<std::shared_ptr<const Script>> load_script(
    const std::string& path, std::shared_ptr<Script> into = std::make_shared<Script>());

/// manner, code, reason.
void read_disconnect(Sheet& sheet, Disconnect& into);

/// Which rule answers, per connection; keeps count of `times`.
class RuleBook {
 public:
  explicit RuleBook(std::shared_ptr<const Script> script) : script_(std::move(script)) {}
  /// The first rule that matches and is not used up, else the default brain.
  Reply reply_to(const Turn& turn);

 private:
  std::shared_ptr<const Script> script_;
  std::map<const Rule*, std::size_t> used_;
};

}  // namespace callosum::sim
