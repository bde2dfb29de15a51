#include "sim/google/pkce.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace callosum::sim::google {

bool is_code_verifier(std::string_view text) {
  const bool is_sound = text.size() >= 43 && text.size() <= 128;
  return is_sound && std::all_of(text.begin(), text.end(), [](char c) {
           const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           return is_letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                  c == '~';
         });
}

bool matches_challenge(std::string_view verifier, std::string_view challenge,
                       std::string_view method) {
  if (!is_code_verifier(verifier)) return false;
  if (method != "S256") return equal_in_constant_time(verifier, challenge);
  return equal_in_constant_time(encode_base64url(sha256(verifier)), challenge);
}

}  // namespace callosum::sim::google
