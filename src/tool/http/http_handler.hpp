#pragma once

#include <memory>

#include "base/random.hpp"
#include "net/tls.hpp"
#include "tool/account_tokens.hpp"
#include "tool/http/breaker.hpp"
#include "tool/http/plan.hpp"
#include "tool/sql/tenant_shares.hpp"
#include "tool/tool_kind.hpp"

namespace callosum::tool::http {

/// What the tools of one kind share. Outlives its handlers and their runs.
struct HttpGround {
  std::shared_ptr<net::TlsContext> tls;
  AccountTokens* accounts = nullptr;  ///< null: no account can be connected
  Breaker breaker;
  sql::TenantShares shares;
  SystemRandom random;  ///< jitter
  explicit HttpGround(std::size_t max_per_tenant) : shares(max_per_tenant) {}
};

std::unique_ptr<ToolHandler> make_http_handler(Plans plans, HttpGround& ground);

}  // namespace callosum::tool::http
