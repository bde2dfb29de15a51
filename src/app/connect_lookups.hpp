#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "app/tenant_prompt.hpp"
#include "base/json.hpp"
#include "pipeline/executor.hpp"
#include "session/session_host.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace callosum::app {

/// What was found of a caller before the first word.
struct LookedUp {
  struct One {
    std::string tool;
    json::value data;
  };
  std::vector<One> found;

  /// For the model, a line each: data, and marked as such.
  std::vector<std::string> lines() const;
  /// For a greeting: `{TOOL_FIELD}`, of the scalars at the top of each result.
  void put_values(PromptValues& values) const;
};

/// References outlive the looking.
struct LookupGround {
  pipeline::Executor& executor;
  async::TimeSource& time;
  telemetry::Log& log;
  telemetry::Metrics& metrics;
};

/// Runs the tools that the packs of this session name under `on_connect`, all at once and through
/// every gate, as this caller; those that the session is not offered, or that this caller cannot
/// have, are left out. What has not answered within kLookUpTime, or has failed, is not there: a
/// conversation begins all the same. Logged and counted (`on_connect_failed_total`).
boost::asio::awaitable<LookedUp> look_up_on_connect(LookupGround ground,
                                                    const session::SessionPlan& plan);

}  // namespace callosum::app
