#include "net/hmac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdexcept>

namespace callosum::net {
namespace {

template <std::size_t kSize>
std::array<std::uint8_t, kSize> hmac(const EVP_MD* digest, std::string_view key,
                                     std::string_view text) {
  std::array<std::uint8_t, kSize> out{};
  unsigned int size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto* made =
      HMAC(digest, key.data(), static_cast<int>(key.size()), bytes, text.size(), out.data(), &size);
  // Only where the library has no such digest at all; an empty answer would pass for a signature.
  if (!made || size != out.size()) throw std::runtime_error("no such HMAC in this OpenSSL");
  return out;
}

}  // namespace

std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view text) {
  return hmac<20>(EVP_sha1(), key, text);
}

std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view text) {
  return hmac<32>(EVP_sha256(), key, text);
}

}  // namespace callosum::net
