#pragma once

#include <optional>
#include <string>

#include "net/http.hpp"
#include "tool/http/plan.hpp"
#include "tool/tool_kind.hpp"

namespace callosum::tool::http {

/// What a status other than 2xx means to the caller; nothing of the body goes into it, which may
/// repeat a credential. `where`: the backend, for logs.
Error error_of_status(int status, const std::string& where);

/// Whether the same request may do better in a moment.
bool is_worth_a_retry(const Error& error);
/// Whether the status tells of a backend in trouble, as opposed to one that refuses a call.
bool is_backend_trouble(int status);

/// What a service said that holds callers' accounts: it tells a right that was not given from a
/// limit, where both are 403, in the reason it names. Nothing else of the body is looked at.
Error error_of_account(const net::HttpResponse& response, const std::string& where);

/// The JSON of a 2xx; of an empty body an empty object. INVALID_OUTPUT where it is none.
Result<json::value> read_answer(const Plan& plan, const net::HttpResponse& response,
                                const std::string& where);

/// Whole seconds of Retry-After, as far as they make sense here.
std::optional<std::chrono::seconds> retry_after(const net::HttpResponse& response);

/// Where a redirect leads: method, target and the entry of the list that it is on.
struct Hop {
  EgressList::Entry to;
  std::string url;
  bool becomes_get = false;  ///< 303: done, and the answer is found there
};
bool is_redirect(int status);
/// PERMANENT where it leads to what the manifest does not list, or cannot be followed as it is.
Result<Hop> read_redirect(const Plan& plan, const net::HttpResponse& response, const Origin& from);

}  // namespace callosum::tool::http
