#include "provider/cloud/close_reason.hpp"

#include <array>

namespace callosum::provider::cloud {
namespace {

struct Row {
  std::string_view code;
  ErrorType type;
  const char* message;
};

// Protocol §2.1 and what official agents treat as fatal there.
constexpr std::array kRows{
    Row{"invalid_api_key", ErrorType::auth, "the provider refused our key"},
    Row{"insufficient_permissions", ErrorType::auth, "the provider refused our key"},
    Row{"account_deactivated", ErrorType::auth, "the provider's account is deactivated"},
    Row{"missing_model", ErrorType::permanent,
        "the provider wants a model; set providers.NAME.model"},
    Row{"invalid_model", ErrorType::permanent, "the provider does not know the configured model"},
    Row{"model_not_found", ErrorType::permanent, "the provider does not know the configured model"},
    Row{"beta_api_shape_disabled", ErrorType::permanent,
        "the provider speaks another protocol version"},
    Row{"insufficient_quota", ErrorType::permanent, "the provider's account has no credit left"},
    Row{"credit_balance_exhausted", ErrorType::permanent,
        "the provider's account has no credit left"},
    Row{"billing_hard_limit_reached", ErrorType::permanent,
        "the provider's billing limit is reached"},
};

}  // namespace

Error explain_close(const net::CloseInfo& close) {
  const std::string detail = "close " + std::to_string(close.code) + " " + close.reason;
  for (const auto& row : kRows) {
    if (close.reason.ends_with(row.code)) return fail(row.type, row.message, detail);
  }
  if (close.code == 3000) return fail(ErrorType::auth, "the provider refused our key", detail);
  if (close.code == 4000 || close.code == 4004) {
    return fail(ErrorType::permanent, "the provider refused the session", detail);
  }
  return fail(ErrorType::transient, "the provider's connection ended", detail);
}

}  // namespace callosum::provider::cloud
