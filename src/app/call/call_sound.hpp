#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::app {

/// A caller's sound as the wire has it: base64 of 24 kHz linear samples, or of 8 kHz mu-law ones as
/// a phone sends them.
class CallSound {
 public:
  explicit CallSound(bool is_phone) : is_phone_(is_phone) {}

  int rate_hz() const;
  /// An event that appends these samples; valid until the next one.
  const std::string& encode(std::span<const std::int16_t> samples);
  /// Adds what a delta holds; what is no base64 is nothing.
  void decode(std::string_view base64, std::vector<std::int16_t>& samples);

 private:
  const bool is_phone_;
  std::vector<std::uint8_t> bytes_;
  std::string event_;
};

}  // namespace callosum::app
