#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace callosum {

/// Seals secrets that are kept: XChaCha20-Poly1305 under a key of 32 bytes. What is sealed opens
/// only beside the text that it was bound to, so that one copied to another's row stays shut. Never
/// changes; any thread.
class Sealer {
 public:
  /// A key is 64 hex digits, or base64 of 32 bytes. VALIDATION says what was expected, never what
  /// was given. `old_key` (empty: none) only opens.
  static Result<Sealer> make(const Secret& key, const Secret& old_key = {});

  /// In base64url.
  std::string seal(const Secret& secret, std::string_view bound_to, Random& random) const;
  /// PERMANENT: sealed with another key, bound to something else, or changed since.
  Result<Secret> open(std::string_view sealed, std::string_view bound_to) const;

 private:
  using Key = std::array<std::uint8_t, 32>;
  static Result<Key> read_key(const Secret& text);

  std::vector<Key> keys_;  // the first one seals
};

}  // namespace callosum
