#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace callosum {

/// Every way a call or a request can fail, with the wire's own words (DESIGN "The envelope"). One
/// enum, one table.
enum class ErrorType : std::uint8_t {
  not_found,
  mode_restricted,
  not_loaded,
  forbidden,
  destructive_blocked,
  validation,
  budget_exceeded,
  rate_limit,
  confirmation_required,
  conflict,
  timeout,
  cancelled,
  transient,
  permanent,
  auth,
  session_inactive,
  outcome_unknown,
  invalid_output,
  output_too_large,
  internal,
};

/// An expected failure on its way to whoever asked.
struct Error {
  ErrorType type = ErrorType::internal;
  std::string message;  ///< may be read by a caller or spoken by a model
  std::string detail;   ///< for logs only: bodies, SQL, paths
  std::string say;      ///< what the caller may hear; empty: nothing special
};

std::string_view to_string(ErrorType type);  ///< "RATE_LIMIT"
bool is_retryable(ErrorType type);
int http_status(ErrorType type);

/// The one way to make a failure: `return fail(ErrorType::timeout, "…");`.
Error fail(ErrorType type, std::string message, std::string detail = {});

/// What a bug says of itself: for logs only.
std::string cause_of(const std::exception_ptr& bug);

}  // namespace callosum
