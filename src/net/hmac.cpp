#include "net/hmac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdexcept>

namespace callosum::net {

std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view text) {
  std::array<std::uint8_t, 20> out{};
  unsigned int size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto* made = HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), bytes, text.size(),
                          out.data(), &size);
  // Only where the library has no SHA-1 at all; an empty answer would pass for a signature.
  if (!made || size != out.size()) throw std::runtime_error("no HMAC-SHA1 in this OpenSSL");
  return out;
}

}  // namespace callosum::net
