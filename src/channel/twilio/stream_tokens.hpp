#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "registry/tool_call.hpp"

namespace callosum::channel::twilio {

/// What a signed webhook has found out of a call, for the stream that belongs to it.
struct StreamGrant {
  std::string carrier;  ///< whose call it is
  std::string call_sid, account_sid;
  std::string from;                  ///< E.164; empty: withheld, or no number
  std::string to;                    ///< E.164
  std::string tenant_id;             ///< whose number was called
  std::string pack;                  ///< the only one of the conversation; empty: all
  bool is_attested = false;          ///< the carrier vouches for `from`
  int step = 0;                      ///< how often the call was sent to a stream before
  registry::Destinations transfers;  ///< where the call may be handed on to
  std::string session_id;            ///< the conversation that goes on; empty: a new one
  bool was_not_taken = false;        ///< it was put through, and nobody took it
};

/// One token a stream: 128 bits, 30 s, one use, bound to its call (telephony §1.8). A token that
/// was shown with another call is gone. Shared by all threads.
class StreamTokens {
 public:
  static constexpr std::chrono::seconds kLife{30};
  static constexpr std::size_t kMost = 4096;

  StreamTokens(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  /// TRANSIENT where too many wait for their stream. One that the call had before is void.
  Result<std::string> issue(StreamGrant grant);
  /// AUTH, in one wording, where it is unknown, used, late or another call's.
  Result<StreamGrant> redeem(std::string_view token, std::string_view call_sid);
  std::size_t waiting() const;

 private:
  struct Issued {
    StreamGrant grant;
    SteadyTime until;
  };
  void forget_late(SteadyTime now);

  const Clock& clock_;
  Random& random_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Issued>
      issued_;  // by the token's SHA-256: a look-up tells nothing
};

}  // namespace callosum::channel::twilio
