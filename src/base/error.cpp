#include "base/error.hpp"

#include <array>
#include <utility>

namespace callosum {
namespace {

struct Row {
  ErrorType type;
  std::string_view word;
  bool retryable;
  int status;
};

// In the order of the enum; `row` checks that it is.
constexpr std::array<Row, 20> kRows{{
    {ErrorType::not_found, "NOT_FOUND", false, 404},
    {ErrorType::mode_restricted, "MODE_RESTRICTED", false, 403},
    {ErrorType::not_loaded, "NOT_LOADED", false, 409},
    {ErrorType::forbidden, "FORBIDDEN", false, 403},
    {ErrorType::destructive_blocked, "DESTRUCTIVE_BLOCKED", false, 403},
    {ErrorType::validation, "VALIDATION", true, 400},
    {ErrorType::budget_exceeded, "BUDGET_EXCEEDED", false, 429},
    {ErrorType::rate_limit, "RATE_LIMIT", true, 429},
    {ErrorType::confirmation_required, "CONFIRMATION_REQUIRED", true, 409},
    {ErrorType::conflict, "CONFLICT", false, 409},
    {ErrorType::timeout, "TIMEOUT", true, 504},
    {ErrorType::cancelled, "CANCELLED", true, 499},
    {ErrorType::transient, "TRANSIENT", true, 503},
    {ErrorType::permanent, "PERMANENT", false, 502},
    {ErrorType::auth, "AUTH", false, 401},
    {ErrorType::session_inactive, "SESSION_INACTIVE", false, 410},
    {ErrorType::outcome_unknown, "OUTCOME_UNKNOWN", false, 502},
    {ErrorType::invalid_output, "INVALID_OUTPUT", false, 502},
    {ErrorType::output_too_large, "OUTPUT_TOO_LARGE", false, 502},
    {ErrorType::internal, "INTERNAL", false, 500},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].type != static_cast<ErrorType>(i)) return false;
  }
  return true;
}
static_assert(in_order());

const Row& row(ErrorType type) { return kRows[static_cast<std::size_t>(type)]; }

}  // namespace

std::string_view to_string(ErrorType type) { return row(type).word; }
bool is_retryable(ErrorType type) { return row(type).retryable; }
int http_status(ErrorType type) { return row(type).status; }

Error fail(ErrorType type, std::string message, std::string detail) {
  return Error{type, std::move(message), std::move(detail), {}};
}

std::string cause_of(const std::exception_ptr& bug) {
  try {
    if (bug) std::rethrow_exception(bug);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
  return "no exception";
}

}  // namespace callosum
