#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "base/random.hpp"
#include "channel/twilio/call_steps.hpp"
#include "channel/twilio/carrier.hpp"
#include "channel/twilio/stream_tokens.hpp"
#include "channel/twilio/voice_form.hpp"
#include "config/config.hpp"
#include "net/http.hpp"
#include "storage/call_log.hpp"
#include "storage/database.hpp"
#include "storage/rollouts.hpp"

namespace callosum::channel::twilio {

/// What the phone's doors stand on; shared by all threads.
struct PhoneGround {
  const config::PhoneConfig& config;
  storage::Database& database;
  storage::CallLog& records;
  StreamTokens& tokens;
  async::TimeSource& time;
  Random& random;
  telemetry::Log& log;
};

/// What a carrier asks over HTTP, signed (telephony §1.1, §1.7): what becomes of a call, and what
/// has become of one. A webhook that was sent before is refused, for each is one step of its call.
class VoiceWebhook {
 public:
  VoiceWebhook(const PhoneGround& ground, const Carrier& carrier)
      : ground_(ground), carrier_(carrier) {}

  /// `POST /NAME/voice`: markup that sends the call to a stream, with the token that opens it.
  boost::asio::awaitable<net::HttpResponse> voice(const net::HttpRequest& request);
  /// `POST /NAME/status`: the call has moved on, or its stream has.
  boost::asio::awaitable<net::HttpResponse> status(const net::HttpRequest& request);

 private:
  Result<VoiceForm> take_form(const net::HttpRequest& request) const;
  /// The call as it is known, taken to its next step.
  struct Step {
    VoiceStep verdict = VoiceStep::replayed;
    std::string ticket;  ///< that opens the next step; empty: its address is signed
    StreamGrant grant;
    std::string cap;          ///< of a verdict `busy`: its key
    std::string transfer_to;  ///< E.164, of `transfer`
    /// Not rolled out to this caller, who goes there instead.
    std::optional<storage::Rollout> elsewhere;
  };
  /// All that this takes on the database's own thread.
  struct Asked {
    VoiceForm form;
    int step = 0;
    std::string ticket;       ///< what the address had
    std::string next_ticket;  ///< what the next one has
    std::string_view carrier;
    bool is_attested = false;
    /// What the conversation has noted and the disk may not have yet.
    std::optional<storage::CallRecord> pending;
    std::int64_t now_ms = 0;
    const config::PhoneConfig* config = nullptr;
    telemetry::Log* log = nullptr;
  };
  /// VALIDATION, FORBIDDEN: not what a voice webhook is.
  Result<void> check_voice(const net::HttpRequest& request, VoiceForm& form) const;
  boost::asio::awaitable<Result<Step>> take_step(VoiceForm form, int step, std::string ticket);
  static Result<Step> take_step_in(storage::sqlite::Connection& connection, const Asked& asked);
  static Result<void> turn_elsewhere(storage::sqlite::Connection& connection,
                                     storage::PhoneCall& call, Step& step, telemetry::Log& log);
  static StreamGrant grant_for(const storage::PhoneCall& call, int step);
  std::string address_after(const Step& taken, int step) const;
  /// As the carrier dials it.
  std::string number_of(const std::string& e164) const;
  net::HttpResponse refuse(const net::HttpRequest& request, const Error& why) const;
  net::HttpResponse answer_elsewhere(const Step& taken) const;

  PhoneGround ground_;
  const Carrier& carrier_;
};

}  // namespace callosum::channel::twilio
