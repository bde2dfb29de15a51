#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/gemini/brain.hpp"
#include "sim/gemini/models.hpp"

namespace callosum::sim::gemini {

struct Rule {
  bool is_any = false;
  std::optional<std::string> text;          ///< in the newest user message, any case
  std::optional<std::string> tool_output;   ///< a response of this function is to be answered
  std::optional<std::string> output;        ///< in that response, any case
  std::optional<std::string> history;       ///< said at any time, also before a resumption
  std::optional<std::string> instructions;  ///< in the session's instructions
  std::optional<std::size_t> nth;           ///< turn of its connection
  std::optional<std::size_t> connection;    ///< connection of the process
  std::size_t times = 0;                    ///< matches a connection at most so often; 0: always
  Reply reply;
};

/// Cuts a connection when it has been sent so many messages.
struct ConnectionCut {
  std::size_t at_message = 0;   ///< 0: never
  std::size_t connections = 1;  ///< only the first so many connections
  Disconnect disconnect;
};

/// Turns connections away at the door.
struct Refusal {
  std::size_t connections = 0;  ///< only the first so many; 0: none
  int http_status = 0;          ///< before the upgrade; 0: behind it
  std::string message = "You exceeded your current quota.";
  std::size_t code = 1011;
};

/// What sessions do, read from YAML (sim/README.md has every key). Immutable; shared by
/// connections.
struct Script {
  std::vector<Rule> rules;
  std::vector<std::string> transcripts;  ///< what is heard, by turn; the last repeats
  std::map<std::string, ModelTraits, std::less<>> models;  ///< known besides Google's
  Ms connection_length{std::chrono::minutes(10)};
  Ms go_away_before{std::chrono::seconds(60)};
  Ms delay{0};  ///< before every message of a reply that names no delay of its own
  Ms setup_delay{0};
  Ms transcription_delay{0};
  std::size_t playback_percent = 0;  ///< of a turn's sound that passes before turnComplete
  std::size_t context_tokens = 131072;
  std::optional<Ms> late_interrupted;  ///< interrupted comes so long behind the turnComplete
  bool has_text_frames = false;        ///< text frames in place of binary ones
  bool has_call_ids = true;            ///< false: calls without id, as one product sends them
  bool splits_calls = false;           ///< a toolCall message for each call
  bool completes_at_call = false;      ///< generationComplete right behind a toolCall that blocks
  bool cancels_last = false;           ///< toolCallCancellation behind the turnComplete
  bool has_cumulative_transcripts = false;
  bool has_usage_apart = false;  ///< usageMetadata in a message of its own
  bool gives_handles = true;
  bool refuses_context_update = false;
  bool refuses_by_http = false;  ///< bad keys and tokens before the upgrade
  bool accepts_unknown_responses = false;
  bool allows_double_resume = false;
  bool is_worst = false;  ///< where no rule matches, the worst model answers
  ConnectionCut cut;
  Refusal refusal;
};

/// VALIDATION with line and key for anything unknown or of the wrong type.
Result<std::shared_ptr<const Script>> parse_script(const std::string& yaml);
Result<std::shared_ptr<const Script>> load_script(const std::string& path);

/// What a rule may ask of.
struct Moment {
  const Turn& turn;
  const History& history;
  std::string_view instructions;
};

/// Which rule answers, per connection; keeps count of `times`.
class RuleBook {
 public:
  explicit RuleBook(std::shared_ptr<const Script> script) : script_(std::move(script)) {}
  /// The first rule that matches and is not used up, else the default brain.
  Reply reply_to(const Moment& moment);

 private:
  std::shared_ptr<const Script> script_;
  std::map<const Rule*, std::size_t> used_;
};

}  // namespace callosum::sim::gemini
