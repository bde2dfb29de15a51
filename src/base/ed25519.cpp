#include "base/ed25519.hpp"

#include <sodium.h>

namespace callosum {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

bool verify_ed25519(const Ed25519Key& key, std::string_view text,
                    const Ed25519Signature& signature) {
  static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(Ed25519Key));
  static_assert(crypto_sign_BYTES == sizeof(Ed25519Signature));
  return crypto_sign_verify_detached(signature.data(), bytes_of(text), text.size(), key.data()) ==
         0;
}

Ed25519Pair Ed25519Pair::from_seed(const std::array<std::uint8_t, 32>& seed) {
  static_assert(crypto_sign_SEEDBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64);
  Ed25519Pair pair;
  crypto_sign_seed_keypair(pair.key.data(), pair.secret.data(), seed.data());
  return pair;
}

Ed25519Signature Ed25519Pair::sign(std::string_view text) const {
  Ed25519Signature out{};
  crypto_sign_detached(out.data(), nullptr, bytes_of(text), text.size(), secret.data());
  return out;
}

}  // namespace callosum
