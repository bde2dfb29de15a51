#pragma once

#include <string_view>

namespace callosum::sim::google {

/// 43 to 128 letters, digits, "-", ".", "_" and "~" (RFC 7636 §4.1).
bool is_code_verifier(std::string_view text);

/// Whether a verifier belongs to the challenge that its code was asked for with (RFC 7636 §4.6).
/// `method` is "S256", or "plain", which is also what none means.
bool matches_challenge(std::string_view verifier, std::string_view challenge,
                       std::string_view method);

}  // namespace callosum::sim::google
