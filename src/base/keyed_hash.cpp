#include "base/keyed_hash.hpp"

#include <cstring>
#include <sodium.h>

namespace callosum {

KeyedHash::KeyedHash() {
  static_assert(crypto_shorthash_KEYBYTES == sizeof(key_));
  randombytes_buf(key_.data(), key_.size());
}

std::uint64_t KeyedHash::operator()(std::string_view text) const {
  std::array<std::uint8_t, crypto_shorthash_BYTES> out{};
  crypto_shorthash(out.data(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                   key_.data());
  std::uint64_t number = 0;
  std::memcpy(&number, out.data(), sizeof(number));
  return number;
}

}  // namespace callosum
