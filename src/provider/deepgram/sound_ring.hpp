#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace callosum::provider::deepgram {

/// The latest of a caller's sound, as it came: what may have to be sent again. Bounded to ten
/// seconds; the oldest goes first. Times count from the first sound on.
class SoundRing {
 public:
  const std::string& format() const { return format_; }  ///< empty: nothing has come yet
  std::int64_t begins_ms() const { return begins_ms_; }
  std::int64_t ends_ms() const;
  std::string_view bytes() const { return std::string_view(bytes_).substr(from_); }

  /// From now on the sound is of another format; what was kept is dropped.
  void change(const std::string& format);
  void add(std::span<const std::uint8_t> bytes);
  void drop_until(std::int64_t ms);
  /// So much of nothing, in the sound's format.
  std::string silence(std::int64_t ms) const;

 private:
  std::size_t bytes_per_ms() const;

  std::string format_;
  std::string bytes_;
  std::size_t from_ = 0;  // in `bytes_`: what lies before is taken out now and then
  std::int64_t begins_ms_ = 0;
};

}  // namespace callosum::provider::deepgram
