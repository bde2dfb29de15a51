#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "channel/twilio/dialect.hpp"

namespace callosum::channel::twilio {

enum class MediaEvent : std::uint8_t { connected, start, media, dtmf, mark, stop, unknown };
std::string_view to_string(MediaEvent event);

/// One message of a media stream (telephony §1.4), as far as the gateway looks at it.
struct MediaMessage {
  MediaEvent event = MediaEvent::unknown;
  std::string stream;          ///< "MZ…"; empty in `connected`
  std::uint64_t sequence = 0;  ///< 0: it has none
  // start
  std::string call, account, token;
  std::string encoding;  ///< "audio/x-mulaw"
  std::int64_t rate_hz = 0, channels = 0;
  // media
  bool is_inbound = false;
  std::int64_t timestamp_ms = 0;  ///< since the stream began; -1: it has none
  std::string payload;            ///< base64 as it came, checked: it can stand in JSON as it is
  // dtmf
  char digit = 0;  ///< 0-9 * # A-D
  // mark
  std::string mark;
};

constexpr std::size_t kMaxMediaBytes = 64 * 1024;

/// VALIDATION where it is no JSON object of at most 64 KiB, or lacks what its event is made of.
/// What a carrier adds tomorrow reads as unknown.
Result<MediaMessage> decode_media(const Dialect& dialect, std::string_view text);

// What we send (telephony §1.5): nothing else is understood there. `payload` is base64.
std::string encode_media(const Dialect& dialect, std::string_view stream, std::string_view payload);
std::string encode_mark(const Dialect& dialect, std::string_view stream, std::string_view name);
std::string encode_clear(const Dialect& dialect, std::string_view stream);

/// Bytes that so much base64 stands for.
std::size_t decoded_size(std::string_view base64);

}  // namespace callosum::channel::twilio
