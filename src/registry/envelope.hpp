#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "registry/words.hpp"

namespace callosum::registry {

namespace json = boost::json;

/// END_VOICE_SESSION of the session as such, on whichever channel it is.
constexpr std::string_view kWholeSession = "session";

/// An intent as a tool asked for it; `argument` is the message of SET_PENDING_MESSAGE, or
/// `kWholeSession`.
struct IntentRequest {
  Intent intent;
  std::string argument;
};

struct EnvelopeMeta {
  std::string tool_id;       ///< "receptionist.get_latest_booking"
  std::string tool_version;  ///< "1.0.0"
  std::string registry_version;
  std::chrono::microseconds duration{0};  ///< written as duration_ms, three digits
  bool cached = false;
  std::chrono::milliseconds age{0};  ///< of what is cached; written as age_ms only then
  std::string call_id;
  std::string idempotency_key;
  bool truncated = false;
  bool untrusted = false;  ///< what `data` holds was written by strangers; written only then
  std::size_t total = 0;   ///< entries of the list before it was truncated; written only then
};

/// What every caller of a tool gets back, on every channel (DESIGN "The envelope"). Either `error`
/// or `data`.
struct Envelope {
  json::value data;
  std::optional<Error> error;
  std::vector<IntentRequest> intents;
  EnvelopeMeta meta;
  /// Members beside type, message, retryable, say: `confirmation_request`, `partial_side_effects`,
  /// `hints`.
  json::object error_extra;

  bool ok() const { return !error; }
};

/// `{ok, data | error, intents, meta}`. INTERNAL carries no cause: its message is fixed here.
std::string encode_text(const Envelope& envelope);
/// What encode_text wrote, from a store of our own. INTERNAL where it is nothing of the kind.
Result<Envelope> decode_envelope(std::string_view text);

}  // namespace callosum::registry
