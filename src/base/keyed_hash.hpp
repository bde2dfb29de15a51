#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace callosum {

/// SipHash-2-4 under a key of its own: nobody outside can choose two texts of one hash. For tables
/// of what strangers say; never a signature.
class KeyedHash {
 public:
  KeyedHash();  ///< the key is the kernel's
  std::uint64_t operator()(std::string_view text) const;

 private:
  std::array<std::uint8_t, 16> key_;
};

}  // namespace callosum
