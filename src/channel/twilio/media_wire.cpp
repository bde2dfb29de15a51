#include "channel/twilio/media_wire.hpp"

#include <algorithm>
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <charconv>

#include "base/json.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"

namespace callosum::channel::twilio {
namespace {

constexpr std::size_t kMaxIdBytes = 128;
constexpr std::size_t kMaxMarkBytes = 256;
constexpr std::array<std::string_view, 7> kWords{"connected", "start", "media",  "dtmf",
                                                 "mark",      "stop",  "unknown"};

/// Carriers write numbers as texts or as numbers, and some as both. -1: there is none.
std::int64_t whole_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value) return -1;
  if (value->is_int64()) return std::max<std::int64_t>(value->get_int64(), -1);
  if (!value->is_string()) return -1;
  const std::string_view text = value->get_string();
  std::int64_t whole = -1;
  const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), whole);
  const bool is_whole = problem == std::errc() && rest == text.data() + text.size() && whole >= 0;
  return is_whole ? whole : -1;
}

bool is_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return false;
  for (int i = 0; i < 2 && text.back() == '='; ++i) text.remove_suffix(1);
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
}

Error lacks(std::string_view what) {
  return fail(ErrorType::validation, "a media message without " + std::string(what));
}

/// Of pairs in one text. Written `a=1;b=2` by the protocol's reference, `{X-PH-a: 1, X-PH-b: 2}` by
/// the vendor's older pages: values of ours are letters and digits, so both read the same.
std::string_view value_among(std::string_view pairs, std::string_view name) {
  constexpr std::string_view kPrefix = "x-ph-";
  if (pairs.starts_with('{') && pairs.ends_with('}')) pairs = pairs.substr(1, pairs.size() - 2);
  while (!pairs.empty()) {
    const auto end = std::min(pairs.find_first_of(",;"), pairs.size());
    const auto pair = pairs.substr(0, end);
    pairs.remove_prefix(std::min(end + 1, pairs.size()));
    const auto middle = pair.find_first_of("=:");
    if (middle == std::string_view::npos) continue;
    auto key = to_lower_ascii(trim(pair.substr(0, middle)));
    if (key.starts_with(kPrefix)) key.erase(0, kPrefix.size());
    if (key == name) return trim(pair.substr(middle + 1));
  }
  return {};
}

Result<void> read_start(const Dialect& dialect, const json::object& body, const json::object& start,
                        MediaMessage& message) {
  message.call = text_at(start, dialect.call_field);
  message.account = text_at(start, dialect.account_field);
  if (message.call.empty() || message.call.size() > kMaxIdBytes) return lacks("its call");
  if (message.account.size() > kMaxIdBytes) return lacks("its account");
  if (!dialect.headers_field.empty()) {
    message.token = value_among(text_at(body, dialect.headers_field), "token");
  } else if (const auto* parameters = find_object(start, dialect.parameters_field)) {
    message.token = text_at(*parameters, "token");
  }
  const auto* format = find_object(start, dialect.format_field);
  if (!format) return lacks("its format");
  message.encoding = text_at(*format, "encoding");
  message.rate_hz = whole_at(*format, dialect.rate_field);
  message.channels = std::max<std::int64_t>(whole_at(*format, "channels"), 1);
  return {};
}

Result<void> read_media(const json::object& media, MediaMessage& message) {
  const auto track = text_at(media, "track", "inbound");
  message.is_inbound = track == "inbound" || track == "inbound_track";
  message.timestamp_ms = whole_at(media, "timestamp");
  const auto payload = text_at(media, "payload");
  if (!is_base64(payload)) return lacks("sound");
  message.payload = payload;
  return {};
}

Result<void> read_digit(const json::object& dtmf, MediaMessage& message) {
  const auto digit = text_at(dtmf, "digit");
  constexpr std::string_view kDigits = "0123456789*#ABCD";
  if (digit.size() != 1 || kDigits.find(digit) == std::string_view::npos) return lacks("its digit");
  message.digit = digit.front();
  return {};
}

Result<void> read_mark(const json::object& holder, MediaMessage& message) {
  message.mark = text_at(holder, "name");
  if (message.mark.empty() || message.mark.size() > kMaxMarkBytes) return lacks("its mark");
  return {};
}

MediaEvent event_of(const Dialect& dialect, std::string_view word) {
  if (word == dialect.played_event) return MediaEvent::mark;
  const auto at = std::find(kWords.begin(), kWords.end(), word);
  if (at == kWords.end()) return MediaEvent::unknown;
  const auto event = static_cast<MediaEvent>(at - kWords.begin());
  return event == MediaEvent::mark ? MediaEvent::unknown : event;
}

Result<void> read_body(const Dialect& dialect, const json::object& body, MediaMessage& message) {
  const bool is_flat = message.event == MediaEvent::mark && dialect.has_flat_marks;
  const auto* inner = is_flat ? &body : find_object(body, to_string(message.event));
  if (!inner) return lacks(to_string(message.event));
  switch (message.event) {
    case MediaEvent::start:
      return read_start(dialect, body, *inner, message);
    case MediaEvent::media:
      return read_media(*inner, message);
    case MediaEvent::dtmf:
      return read_digit(*inner, message);
    default:
      return read_mark(*inner, message);
  }
}

}  // namespace

std::string_view to_string(MediaEvent event) { return kWords[static_cast<std::size_t>(event)]; }

std::size_t decoded_size(std::string_view base64) {
  std::size_t bytes = base64.size() / 4 * 3;
  for (int i = 0; i < 2 && base64.ends_with('='); ++i) {
    base64.remove_suffix(1);
    --bytes;
  }
  return bytes;
}

Result<MediaMessage> decode_media(const Dialect& dialect, std::string_view text) {
  // Fifty a second of each call: most fit here.
  unsigned char first[4 * 1024];
  json::monotonic_resource memory(first, sizeof first);
  const auto parsed = parse_strict(text, {.max_bytes = kMaxMediaBytes, .max_depth = 8}, &memory);
  if (!parsed) return parsed.error();
  const auto* body = parsed->if_object();
  if (!body) return lacks("an object");
  MediaMessage message;
  message.event = event_of(dialect, text_at(*body, "event"));
  message.stream = text_at(*body, dialect.stream_field);
  message.sequence = static_cast<std::uint64_t>(
      std::max<std::int64_t>(whole_at(*body, dialect.sequence_field), 0));
  const bool has_stream =
      message.event != MediaEvent::connected && message.event != MediaEvent::unknown;
  if (message.event == MediaEvent::start && message.stream.empty()) {
    if (const auto* start = find_object(*body, "start")) {
      message.stream = text_at(*start, dialect.stream_field);
    }
  }
  // One carrier's stop is of no documented form: without a name it is that of the connection.
  const bool is_unnamed = message.event == MediaEvent::stop && message.stream.empty();
  if (!has_stream || is_unnamed) return message;
  if (message.stream.empty() || message.stream.size() > kMaxIdBytes) return lacks("its stream");
  if (message.event == MediaEvent::stop) return message;
  const auto read = read_body(dialect, *body, message);
  if (!read) return read.error();
  return message;
}

std::string encode_media(const Dialect& dialect, std::string_view stream,
                         std::string_view payload) {
  std::string out;
  out.reserve(payload.size() + stream.size() + 96);
  JsonObjectWriter writer(out);
  writer.text("event", dialect.play_event);
  writer.text(dialect.stream_field, stream);
  auto& media = writer.raw("media");
  media += '{';
  media += dialect.play_format;
  media += R"("payload":")";
  media += payload;  // base64 needs no escape
  media += "\"}";
  writer.close();
  return out;
}

std::string encode_mark(const Dialect& dialect, std::string_view stream, std::string_view name) {
  std::string out;
  JsonObjectWriter writer(out);
  writer.text("event", dialect.mark_event);
  writer.text(dialect.stream_field, stream);
  if (dialect.has_flat_marks) {
    writer.text("name", name);
  } else {
    JsonObjectWriter mark(writer.raw(dialect.mark_event));
    mark.text("name", name);
    mark.close();
  }
  writer.close();
  return out;
}

std::string encode_clear(const Dialect& dialect, std::string_view stream) {
  std::string out;
  JsonObjectWriter writer(out);
  writer.text("event", dialect.clear_event);
  writer.text(dialect.stream_field, stream);
  writer.close();
  return out;
}

}  // namespace callosum::channel::twilio
