#pragma once

#include <string>
#include <string_view>

#include "sim/google/accounts.hpp"
#include "sim/google/oauth.hpp"

namespace callosum::sim::google {

/// Who it is, what they grant, yes or no: a form that posts `account`, `scope` (each) and
/// `decision` to `target`, the address that the browser came with. No script.
std::string consent_page(const AuthRequest& request, const Accounts& accounts,
                         std::string_view target);
/// "Error 400: redirect_uri_mismatch", for a person.
std::string error_page(int status, std::string_view error, std::string_view description);

}  // namespace callosum::sim::google
