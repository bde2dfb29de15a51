#include "provider/mouth/mouth_wire.hpp"

#include "audio/pcm.hpp"
#include "base/text.hpp"

namespace callosum::provider::mouth {

using realtime::MouthEvent;

std::vector<std::uint8_t> SampleJoiner::take(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> out = std::move(rest_);
  rest_.clear();
  out.insert(out.end(), bytes.begin(), bytes.end());
  const auto whole = static_cast<std::ptrdiff_t>(out.size() - out.size() % step_);
  rest_.assign(out.begin() + whole, out.end());
  out.erase(out.begin() + whole, out.end());
  return out;
}

std::vector<std::string_view> parts_of(std::string_view words, std::size_t most_bytes) {
  std::vector<std::string_view> out;
  while (words.size() > most_bytes) {
    auto part = cut_utf8(words, most_bytes);
    const auto blank = part.find_last_of(' ');
    if (blank != std::string_view::npos) part = part.substr(0, blank + 1);
    if (part.empty()) part = words.substr(0, most_bytes);  // no text in UTF-8
    out.push_back(part);
    words.remove_prefix(part.size());
  }
  if (!words.empty()) out.push_back(words);
  return out;
}

std::chrono::milliseconds longest_sound(std::size_t words_bytes) {
  constexpr std::size_t kLettersPerSecond = 5;  // a third of what is usual
  return std::chrono::seconds(10 + words_bytes / kLettersPerSecond);
}

std::size_t bytes_per_sample(std::string_view format) { return format == "audio/pcm" ? 2 : 1; }

int rate_of(std::string_view format) {
  return format == "audio/pcm" ? audio::kRealtimeRateHz : audio::kPhoneRateHz;
}

std::size_t bytes_per_ms(std::string_view format) {
  return static_cast<std::size_t>(rate_of(format)) / 1000 * bytes_per_sample(format);
}

MouthEvent sound_event(std::vector<std::uint8_t> bytes) {
  return {.kind = MouthEvent::Kind::sound, .sound = std::move(bytes)};
}

MouthEvent spoken_event() { return {.kind = MouthEvent::Kind::spoken}; }

MouthEvent failed_event(Error why) {
  return {.kind = MouthEvent::Kind::failed, .why = std::move(why)};
}

}  // namespace callosum::provider::mouth
