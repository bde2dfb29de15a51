#pragma once

#include <boost/json/array.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hostile_server.hpp"
#include "stage.hpp"

namespace callosum::testing {

/// One thing that a caller says: half a second of a sound that nobody else makes, which the
/// simulated ears know by its first frames.
struct Spoken {
  std::string text;       ///< what they hear in it
  std::string more = {};  ///< further keys of the ears' script (sim/README.md): "no_end: true"
};

/// One scripted call, and what it has to leave behind.
struct PhoneCase {
  std::string name;  ///< a word; names its recordings too
  std::vector<Spoken> says;
  std::string rules =
      {};  ///< of the chat server, YAML items; `when.text` by words that it alone has
  /// YAML items; {0} is the first recording. Empty: hears the greeting, says each, hears each
  /// answer, hangs up.
  std::string steps = {};
  std::string line = {};  ///< further keys of the caller's script: "jitter_ms: 40"
  std::string called = "+12125550101";
  std::string from = "+12125550199";
  std::string attestation = "TN-Validation-Passed-A";
  std::string carrier = "twilio";

  // The rows.
  std::vector<std::string> audited = {};  ///< "tool outcome", sorted; of the call's session alone
  std::string outcome = "caller_hung_up";
  std::string intent = {};              ///< empty: null
  std::vector<std::string> kinds = {};  ///< of the call's timeline; these have to be in it
  std::vector<std::string> heard = {};  ///< every turn of the caller, in order; empty: not judged
  std::string never_said = {};          ///< words that the transcript must not hold
  std::string has_said = {};            ///< words that it must
  std::string query = {};               ///< of one value; {session} and {call} are filled in
  std::string value = {};               ///< which it has to be
};

/// What a call was: its row of `phone_calls`, the audit's records of its session.
struct CallRows {
  json::object row;
  std::vector<json::object> audit;
  json::array timeline;  ///< of the caller's side (callosum-sim twilio)
  int status = -1;       ///< of the caller's program
  std::string trouble;   ///< what it complained of

  std::string call_sid() const;
  /// For messages of failed tests.
  std::string told() const;
};

/// A business behind HTTP: `/slow` answers after 1.5 s, `/patient` after 5, `/hang` never,
/// everything else at once.
class DeskBackend {
 public:
  DeskBackend();
  std::string url() const { return server_.url(); }
  /// Requests whose first line holds these words.
  std::size_t requests(std::string_view words);

 private:
  HostileServer server_;
};

/// The real gateway with simulators on every side of it: ears, chat model, mouth, and a carrier
/// whose callers are scripted.
class PhoneStand {
 public:
  /// `ears`: the model of deepgram that hears. `mouth`: the speech service that speaks. `sets`:
  /// further keys of the configuration, "phone.score_calls=true".
  PhoneStand(const std::string& ears, const std::string& mouth,
             const std::vector<std::string>& sets = {});
  /// With another provider than the cascade, played by the simulator of that name.
  explicit PhoneStand(const std::string& provider);
  ~PhoneStand();

  struct Scripts {
    std::string ears = {};    ///< further keys of deepgram's script
    std::string mouths = {};  ///< of the mouth's
    std::string rules = {};   ///< of the chat server, behind those of the cases
  };
  /// Several at the same time. What each has left behind, in the same order.
  std::vector<CallRows> place(const std::vector<PhoneCase>& cases, const Scripts& scripts);
  /// Checks all that the case asks of its rows.
  void judge(const PhoneCase& expected, const CallRows& rows);
  json::array run(const std::string& sql);

  Gateway& gateway() { return *gateway_; }
  Cloud& ears() { return *ears_; }
  Cloud& chat() { return *chat_; }
  Cloud& mouth() { return *mouth_; }
  Cloud& provider() { return *provider_; }
  DeskBackend& backend() { return backend_; }

 private:
  void start(std::vector<std::string> sets);
  void write_desk() const;
  void follow(const std::vector<PhoneCase>& cases, const Scripts& scripts);
  std::unique_ptr<Process> dial(const PhoneCase& each) const;
  std::string recording(const PhoneCase& each, std::size_t index) const;
  void read_rows(CallRows& rows);
  void judge_rows(const PhoneCase& expected, const CallRows& rows);

  TempFolder folder_;
  DeskBackend backend_;
  std::unique_ptr<Cloud> ears_, chat_, mouth_, provider_;
  std::unique_ptr<Gateway> gateway_;
};

}  // namespace callosum::testing
