#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "tool/tool_kind.hpp"

namespace callosum::tool {
class AccountTokens;
}

namespace callosum::tool::http {

struct HttpOptions {
  std::size_t max_per_tenant = 64;  ///< running at once; beyond it RATE_LIMIT
  /// To try manifests away from the machine that they are for: every backend passes and no secret
  /// is looked for. Such handlers are not to be run.
  bool is_trial = false;
  /// For tools that act in a caller's account (`run.http.account`); null: they answer AUTH.
  AccountTokens* accounts = nullptr;
  /// The services of such accounts, and where their APIs are: tokens go nowhere else.
  std::map<std::string, std::vector<std::string>> account_apis;
};

/// The kind "http": one request to a backend that the configuration allows (egress.allow), at an
/// address that was judged and is the one connected to. The kind outlives its handlers and their
/// runs.
std::unique_ptr<ToolKind> make_http_kind(const config::Config& config,
                                         const HttpOptions& options = {});

}  // namespace callosum::tool::http
