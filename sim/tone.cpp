#include "sim/tone.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <vector>

#include "base/encoding.hpp"

namespace callosum::sim {
namespace {

constexpr double kToneHz = 220;
constexpr double kLoudness = 6000;
/// 15 characters a second, a calm voice.
constexpr std::size_t kMsPerCharacter = 66;
constexpr std::size_t kLongestPieces = 300;

/// G.711 by search: the byte whose value lies nearest. Only used once a format.
template <class Decode>
std::uint8_t encode_nearest(int sample, Decode decode) {
  int best = 0;
  for (int byte = 1; byte < 256; ++byte) {
    const auto error = [&](int b) {
      return std::abs(decode(static_cast<std::uint8_t>(b)) - sample);
    };
    if (error(byte) < error(best)) best = byte;
  }
  return static_cast<std::uint8_t>(best);
}

std::vector<std::uint8_t> make_piece(SoundFormat format) {
  const int rate = format.rate_hz;
  const auto samples = static_cast<std::size_t>(rate) * kSoundPiece.count() / 1000;
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < samples; ++i) {
    const double phase = 2 * std::numbers::pi * kToneHz * static_cast<double>(i) / rate;
    const int sample = static_cast<int>(std::lround(kLoudness * std::sin(phase)));
    if (format.coding == SoundCoding::pcm) {
      bytes.push_back(static_cast<std::uint8_t>(sample & 0xff));
      bytes.push_back(static_cast<std::uint8_t>((sample >> 8) & 0xff));
    } else if (format.coding == SoundCoding::ulaw) {
      bytes.push_back(encode_nearest(sample, decode_ulaw));
    } else {
      bytes.push_back(encode_nearest(sample, decode_alaw));
    }
  }
  return bytes;
}

}  // namespace

SoundFormat parse_sound_format(std::string_view name) {
  if (name == "audio/pcmu") return {SoundCoding::ulaw, 8000};
  if (name == "audio/pcma") return {SoundCoding::alaw, 8000};
  return {};
}

std::size_t bytes_per_second(SoundFormat format) {
  const auto rate = static_cast<std::size_t>(format.rate_hz);
  return format.coding == SoundCoding::pcm ? rate * 2 : rate;
}

const std::string& tone_piece_base64(SoundFormat format) {
  static thread_local std::map<SoundFormat, std::string> pieces;
  auto& piece = pieces[format];
  if (piece.empty()) piece = encode_base64(make_piece(format));
  return piece;
}

const std::string& tone_piece(SoundFormat format) {
  static thread_local std::map<SoundFormat, std::string> pieces;
  auto& piece = pieces[format];
  if (!piece.empty()) return piece;
  const auto bytes = make_piece(format);
  piece.assign(bytes.begin(), bytes.end());
  return piece;
}

std::chrono::milliseconds spoken_length(std::string_view text, double speed) {
  const auto ms = static_cast<double>(text.size() * kMsPerCharacter) / std::max(speed, 0.25);
  const auto pieces = static_cast<std::size_t>(ms / static_cast<double>(kSoundPiece.count())) + 1;
  return kSoundPiece * std::min(pieces, kLongestPieces);
}

// ITU-T G.711: sign, three bits of segment, four of mantissa.
std::int16_t decode_ulaw(std::uint8_t byte) {
  const int inverted = ~byte & 0xff;
  const int magnitude = (((inverted & 0x0f) << 3) + 0x84) << ((inverted & 0x70) >> 4);
  const int value = magnitude - 0x84;
  return static_cast<std::int16_t>((inverted & 0x80) ? -value : value);
}

std::int16_t decode_alaw(std::uint8_t byte) {
  const int toggled = byte ^ 0x55;
  const int segment = (toggled & 0x70) >> 4;
  int value = ((toggled & 0x0f) << 4) + 8;
  if (segment > 0) value = (value + 0x100) << (segment - 1);
  return static_cast<std::int16_t>((toggled & 0x80) ? value : -value);
}

}  // namespace callosum::sim
