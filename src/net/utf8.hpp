#pragma once

#include <cstdint>
#include <string_view>

namespace callosum::net {

/// Checks UTF-8 (RFC 3629) that comes in pieces: a character may be cut anywhere between two of
/// them.
class Utf8Check {
 public:
  /// False as soon as no continuation could make it valid. Call no more after that.
  bool add(std::string_view piece);
  /// Whether the text may end here.
  bool is_complete() const { return missing_ == 0; }
  void reset() { missing_ = 0; }

 private:
  bool begin(std::uint8_t lead);

  std::uint8_t missing_ = 0;  ///< continuation bytes still to come
  std::uint8_t low_ = 0x80;   ///< what the next one may be: no overlong forms, no surrogates
  std::uint8_t high_ = 0xBF;
};

}  // namespace callosum::net
