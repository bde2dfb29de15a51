#pragma once

#include <array>
#include <string_view>

namespace callosum::channel::twilio {

/// How one carrier names the same things in its media stream (telephony §1.4, §1.5, §1.11). JSON
/// text frames of base64 audio; a carrier that sends binary frames is no dialect but another wire.
struct Dialect {
  std::string_view name;
  // What both sides send.
  std::string_view stream_field;    ///< names the stream, in every message
  std::string_view sequence_field;  ///< counts the messages
  // Of `start`.
  std::string_view call_field, account_field, format_field, rate_field, parameters_field;
  /// Beside `start`, what was given to the stream as one text of pairs; empty: an object of
  /// `parameters_field` has it.
  std::string_view headers_field;
  // What we send; what comes back for a mark.
  std::string_view play_event, mark_event, clear_event, played_event;
  /// What comes later was said later; elsewhere a message may overtake another.
  bool keeps_order = true;
  /// A mark's name is beside the event, instead of in an object of the event's own name.
  bool has_flat_marks = false;
  /// Times of sound are those of a clock on the wall, not since the stream began.
  bool counts_from_epoch = false;
  /// Put into the `media` object of what is played: `"key":"value",`.
  std::string_view play_format;
};

inline constexpr Dialect kTwilio{
    .name = "twilio",
    .stream_field = "streamSid",
    .sequence_field = "sequenceNumber",
    .call_field = "callSid",
    .account_field = "accountSid",
    .format_field = "mediaFormat",
    .rate_field = "sampleRate",
    .parameters_field = "customParameters",
    .headers_field = {},
    .play_event = "media",
    .mark_event = "mark",
    .clear_event = "clear",
    .played_event = "mark",
    .play_format = {},
};

/// Its start, marks and times are those of the vendor's "Stream call media over WebSocket".
inline constexpr Dialect kTelnyx{
    .name = "telnyx",
    .stream_field = "stream_id",
    .sequence_field = "sequence_number",
    .call_field = "call_control_id",
    .account_field = "user_id",
    .format_field = "media_format",
    .rate_field = "sample_rate",
    .parameters_field = "custom_parameters",
    .headers_field = {},
    .play_event = "media",
    .mark_event = "mark",
    .clear_event = "clear",
    .played_event = "mark",
    .keeps_order = false,
    .play_format = {},
};

/// Of the vendor's "Audio Streaming Protocol Reference". Its `playedStream` comes only for what was
/// really played.
inline constexpr Dialect kPlivo{
    .name = "plivo",
    .stream_field = "streamId",
    .sequence_field = "sequenceNumber",
    .call_field = "callId",
    .account_field = "accountId",
    .format_field = "mediaFormat",
    .rate_field = "sampleRate",
    .parameters_field = {},
    .headers_field = "extra_headers",
    .play_event = "playAudio",
    .mark_event = "checkpoint",
    .clear_event = "clearAudio",
    .played_event = "playedStream",
    .has_flat_marks = true,
    .counts_from_epoch = true,
    .play_format = R"("contentType":"audio/x-mulaw","sampleRate":8000,)",
};

inline constexpr std::array kDialects{&kTwilio, &kTelnyx, &kPlivo};

}  // namespace callosum::channel::twilio
