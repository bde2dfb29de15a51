#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace callosum {

using Ed25519Key = std::array<std::uint8_t, 32>;  ///< public
using Ed25519Signature = std::array<std::uint8_t, 64>;

/// Whether whoever has the secret half of `key` signed `text` (RFC 8032).
bool verify_ed25519(const Ed25519Key& key, std::string_view text,
                    const Ed25519Signature& signature);

/// Signs, for tests and simulators: the gateway itself only verifies.
struct Ed25519Pair {
  Ed25519Key key{};
  std::array<std::uint8_t, 64> secret{};

  /// The same pair from the same 32 bytes.
  static Ed25519Pair from_seed(const std::array<std::uint8_t, 32>& seed);
  Ed25519Signature sign(std::string_view text) const;
};

}  // namespace callosum
