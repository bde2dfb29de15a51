#include "provider/deepgram/sound_ring.hpp"

#include <algorithm>

#include "audio/g711.hpp"
#include "provider/mouth/mouth_wire.hpp"

namespace callosum::provider::deepgram {
namespace {

constexpr std::int64_t kMost_ms = 10'000;
constexpr std::size_t kMostDead = 256 * 1024;

}  // namespace

std::size_t SoundRing::bytes_per_ms() const { return mouth::bytes_per_ms(format_); }

std::int64_t SoundRing::ends_ms() const {
  return begins_ms_ + static_cast<std::int64_t>(bytes().size() / bytes_per_ms());
}

void SoundRing::change(const std::string& format) {
  begins_ms_ = ends_ms();
  bytes_.clear();
  from_ = 0;
  format_ = format;
}

void SoundRing::add(std::span<const std::uint8_t> bytes) {
  bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  drop_until(ends_ms() - kMost_ms);
}

void SoundRing::drop_until(std::int64_t ms) {
  const auto step = bytes_per_ms();
  const auto whole = static_cast<std::int64_t>(bytes().size() / step);
  const auto dropped = std::clamp<std::int64_t>(ms - begins_ms_, 0, whole);
  from_ += static_cast<std::size_t>(dropped) * step;
  begins_ms_ += dropped;
  if (from_ < kMostDead) return;
  bytes_.erase(0, from_);
  from_ = 0;
}

std::string SoundRing::silence(std::int64_t ms) const {
  const char nothing = format_ == "audio/pcmu"   ? static_cast<char>(audio::kMulawSilence)
                       : format_ == "audio/pcma" ? static_cast<char>(audio::kAlawSilence)
                                                 : '\0';
  return std::string(static_cast<std::size_t>(ms) * bytes_per_ms(), nothing);
}

}  // namespace callosum::provider::deepgram
