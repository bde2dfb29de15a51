#pragma once

#include "base/random.hpp"
#include "net/http.hpp"
#include "registry/envelope.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

// What the doors for calls that a provider's model planned answer with, all of them alike.

/// 403 for whatever deletes, whoever asks.
net::HttpResponse destructive_refusal();

struct RealtimeAnswers {
  Random& random;
  telemetry::Log& log;
  /// 200 `{status: "success", data: <envelope>}` whatever the tool says of itself; 403 for what is
  /// destructive; 500 for a fault of ours, whose cause is in the log under the answer's `error_id`.
  net::HttpResponse encode(const registry::Envelope& envelope) const;
  /// Of a call that could not be planned: SESSION_INACTIVE is an envelope, the rest a StatusError.
  net::HttpResponse encode(const Error& error) const;
};

}  // namespace callosum::api
