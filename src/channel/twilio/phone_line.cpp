#include "channel/twilio/phone_line.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "audio/dial_tones.hpp"
#include "audio/g711.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/json_text.hpp"
#include "realtime/client_event.hpp"
#include "session/caller_link.hpp"

namespace callosum::channel::twilio {

using namespace std::chrono_literals;
using realtime::EventType;

namespace {

constexpr std::int64_t kBytesPerMs = 8;
constexpr auto kMostGap = 10s;           // filled with silence (telephony §1.4)
constexpr auto kMostAhead = 10s;         // of the clock, sound and silence together
constexpr std::int64_t kJitter_ms = 20;  // less is no gap
constexpr auto kStall = 750ms;           // nothing at all, while the caller speaks
constexpr auto kPadding = 1000ms;        // so that the end of the turn is heard
constexpr auto kDigitPause = 1500ms;     // after the last digit
constexpr std::size_t kMostDigits = 32;
constexpr std::size_t kMostEvents = 4096;  // a session that takes none is stuck
constexpr std::string_view kAgree = "1";
constexpr std::string_view kDecline = "2";

std::chrono::milliseconds span_of(std::string_view base64) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(decoded_size(base64)) / kBytesPerMs);
}

std::string session_update(const LineOpening& opening, std::string_view event_id) {
  const json::object format{{"type", "audio/pcmu"}};
  json::object input{{"format", format}};
  if (!opening.transcription_model.empty()) {
    input["transcription"] = json::object{{"model", opening.transcription_model}};
  }
  const json::object session{
      {"type", "realtime"},
      {"audio", json::object{{"input", input}, {"output", json::object{{"format", format}}}}}};
  return realtime::encode_session_update(session, event_id);
}

}  // namespace

PhoneLine::PhoneLine(LineOpening opening, CallRecorder& record, const Clock& clock, Send send)
    : opening_(std::move(opening)), record_(record), clock_(clock), send_(std::move(send)) {
  began_at_ = heard_at_ = clock_.now();
  begin();
}

void PhoneLine::begin() {
  emit(session_update(opening_, next_event_id()));
  if (opening_.asks_first) emit(realtime::encode_response_create({}, next_event_id()));
}

std::string PhoneLine::next_event_id() { return "evt_phone_" + std::to_string(next_event_++); }

std::optional<std::string> PhoneLine::take_event() {
  if (events_.empty()) return std::nullopt;
  auto event = std::move(events_.front());
  events_.pop_front();
  return event;
}

Result<void> PhoneLine::on_message(const MediaMessage& message) {
  const bool is_ours = message.event == MediaEvent::unknown || message.stream == opening_.stream;
  if (!is_ours) return fail(ErrorType::validation, "a message of another stream");
  if (opening_.dialect->keeps_order && message.sequence > 0) {
    if (message.sequence <= sequence_) return fail(ErrorType::validation, "a message came again");
    sequence_ = message.sequence;
  }
  switch (message.event) {
    case MediaEvent::connected:
    case MediaEvent::start:
      return fail(ErrorType::validation, "a stream begins once");
    case MediaEvent::media:
      if (message.is_inbound) {
        const auto taken = on_media(message);
        if (!taken) return taken.error();
      }
      break;
    case MediaEvent::dtmf:
      on_digit(message.digit);
      break;
    case MediaEvent::mark:
      on_mark(message.mark);
      break;
    case MediaEvent::stop:
      return fail(ErrorType::transient, "the stream was stopped");
    case MediaEvent::unknown:
      break;
  }
  if (events_.size() > kMostEvents)
    return fail(ErrorType::transient, "the session takes no events");
  return {};
}

/// Nobody speaks faster than time passes; a carrier that catches up is some seconds ahead of it.
std::chrono::milliseconds PhoneLine::room() const {
  const auto passed =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began_at_);
  return std::max(0ms, passed + kMostAhead - passed_on_);
}

void PhoneLine::append_audio(std::string_view base64) {
  const auto span = span_of(base64);
  if (span > room()) {
    ++refused_sounds_;
    return;
  }
  passed_on_ += span;
  std::string event;
  event.reserve(base64.size() + 64);
  event += R"({"type":"input_audio_buffer.append","audio":")";
  event += base64;
  event += "\"}";
  emit(std::move(event));
}

void PhoneLine::append_silence(std::chrono::milliseconds span) {
  span = std::min(span, room());
  while (span > 0ms) {
    const auto part = std::min<std::chrono::milliseconds>(span, 1000ms);
    const std::vector<std::uint8_t> silence(static_cast<std::size_t>(part.count() * kBytesPerMs),
                                            audio::kMulawSilence);
    append_audio(encode_base64(silence));
    span -= part;
  }
}

/// What the phone's side has lost shows in its timestamps alone.
void PhoneLine::fill_gap(std::int64_t timestamp_ms) {
  if (timestamp_ms < 0 || heard_until_ms_ < 0) return;
  const auto gap = std::chrono::milliseconds(timestamp_ms - heard_until_ms_);
  if (gap.count() >= kJitter_ms) {
    append_silence(std::min<std::chrono::milliseconds>(gap, kMostGap));
  }
}

/// -1: it has none.
std::int64_t PhoneLine::since_begin(std::int64_t timestamp_ms) {
  if (!opening_.dialect->counts_from_epoch || timestamp_ms < 0) return timestamp_ms;
  if (zero_ms_ < 0) zero_ms_ = timestamp_ms;
  return std::max<std::int64_t>(timestamp_ms - zero_ms_, -1);
}

Result<void> PhoneLine::on_media(const MediaMessage& message) {
  const auto at_ms = since_begin(message.timestamp_ms);
  const std::chrono::milliseconds longest = 2 * opening_.longest;
  if (at_ms > longest.count()) {
    return fail(ErrorType::validation, "a message of a time that no call lasts to");
  }
  if (opening_.dialect->keeps_order) fill_gap(at_ms);
  append_audio(message.payload);
  const auto end_ms = at_ms + span_of(message.payload).count();
  if (at_ms >= 0) heard_until_ms_ = std::max(heard_until_ms_, end_ms);
  heard_at_ = clock_.now();
  has_padded_ = false;
  return {};
}

void PhoneLine::on_mark(const std::string& name) {
  playout_.on_mark(name, clock_.now());
  questions_.on_heard(playout_.surely_heard_until());
  note_played();
}

/// The last mark may come back a little before the time is up by our clock.
void PhoneLine::note_played() {
  if (playing_.empty() || !playout_.has_no_marks_out()) return;
  if (playout_.is_silent(clock_.now())) {
    record_.played(std::exchange(playing_, {}), clock_.wall_now());
  }
}

/// A pause, or '#', says that they are all.
void PhoneLine::on_digit(char digit) {
  questions_.keep_time(clock_.wall_now());
  if (digits_.empty()) may_answer_ = questions_.was_heard();
  if (digits_.size() < kMostDigits) digits_ += digit;
  digits_until_ = clock_.now() + kDigitPause;
  if (digit == '#') take_digits();
}

/// One that stands alone answers what waits for a person, where that was heard before; the first of
/// a longer number does not.
void PhoneLine::take_digits() {
  auto keyed = std::string_view(digits_);
  if (keyed.ends_with('#')) keyed.remove_suffix(1);
  const bool answers = may_answer_ && (keyed == kAgree || keyed == kDecline);
  const bool agrees = keyed == kAgree;
  const auto answered = answers ? questions_.take_answered() : std::string();
  if (answered.empty()) return tell_digits();
  digits_.clear();
  digits_until_ = SteadyTime::max();
  record_.pressed(1, clock_.wall_now());
  emit(json::serialize(json::object{{"type", "callosum.confirmation.answer"},
                                    {"event_id", next_event_id()},
                                    {"confirmation_id", answered},
                                    {"how", "keypad"},
                                    {"agree", agrees}}));
  tell_question();
}

void PhoneLine::press(std::string_view digits) {
  std::vector<std::uint8_t> tones;
  audio::encode_mulaw(audio::dial_tones(digits), tones);
  playout_.add({"", 0, true}, encode_base64(tones));
  send_due();
}

void PhoneLine::tell_digits() {
  const auto digits = std::exchange(digits_, {});
  digits_until_ = SteadyTime::max();
  record_.pressed(digits.size(), clock_.wall_now());
  const auto item_id = std::string(session::kKeyedItem) + std::to_string(next_event_);
  emit(realtime::encode_text_message("user", "[pressed on the keypad: " + digits + "]",
                                     next_event_id(), item_id));
  wants_reply_ = true;
  ask_for_reply();
}

/// While one is being made another would be refused.
void PhoneLine::ask_for_reply() {
  if (!wants_reply_ || !making_.empty()) return;
  wants_reply_ = false;
  emit(realtime::encode_response_create({}, next_event_id()));
}

void PhoneLine::keep_time() {
  const auto now = clock_.now();
  send_due();
  note_played();
  questions_.keep_time(clock_.wall_now());
  tell_question();
  if (now >= digits_until_) take_digits();
  if (is_speaking_ && !has_padded_ && now - heard_at_ >= kStall) {
    has_padded_ = true;
    append_silence(kPadding);
    // What is missing of it was made up for.
    if (heard_until_ms_ >= 0) heard_until_ms_ += std::chrono::milliseconds(kPadding).count();
  }
}

bool PhoneLine::send_due() {
  while (const auto piece = playout_.take(clock_.now())) {
    const auto& wire = *opening_.dialect;
    const bool sent =
        send_(encode_media(wire, opening_.stream, piece->payload), net::FrameKind::audio) &&
        send_(encode_mark(wire, opening_.stream, piece->mark), net::FrameKind::control);
    if (!sent) return false;
  }
  return true;
}

bool PhoneLine::on_server_event(std::string_view text) {
  const auto type = realtime::peek_type(text);
  switch (type) {
    case EventType::output_audio_delta:
    case EventType::speech_started:
    case EventType::speech_stopped:
    case EventType::response_created:
    case EventType::response_done:
    case EventType::transcription_completed:
    case EventType::output_audio_transcript_done:
    case EventType::conversation_item_added:
    case EventType::conversation_item_created:
    case EventType::unknown:
      break;
    default:
      return true;
  }
  realtime::EventArena arena;
  const auto event = realtime::decode_server_event({type, text}, arena.storage());
  if (!event) return true;
  if (type == EventType::output_audio_delta) return on_audio_delta(*event);
  if (type == EventType::speech_started) return interrupt();
  on_other(*event);
  return true;
}

bool PhoneLine::on_audio_delta(const realtime::ServerEvent& event) {
  const auto response = text_at(event.body, "response_id");
  if (!dropped_.empty() && response == dropped_) return true;
  const auto sound = text_at(event.body, "delta");
  const auto item = text_at(event.body, "item_id");
  const auto* index = event.body.if_contains("content_index");
  // What is said beside the conversation is no item of it, and cannot be cut there.
  const bool is_outside = !outside_.empty() && response == outside_;
  const Playout::Of of{item, index && index->is_int64() ? index->get_int64() : 0, is_outside};
  if (!playout_.add(of, sound)) return true;
  if (response_.empty()) response_ = response;
  // What is said beside the conversation has no other sign of its place in it.
  if (playing_ != item) record_.placed(item);
  playing_ = item;
  questions_.on_reply_sound(response);
  return send_due();
}

/// The caller speaks, and whoever listens has accepted that: what was not heard is neither heard
/// later nor remembered as said (telephony §1.6).
bool PhoneLine::interrupt() {
  is_speaking_ = true;
  const auto now = clock_.now();
  if (playout_.is_silent(now) && playout_.has_no_marks_out()) return true;
  const auto cuts = playout_.clear(now);
  questions_.on_cut();
  if (!response_.empty()) dropped_ = response_;
  playing_.clear();
  const bool sent =
      send_(encode_clear(*opening_.dialect, opening_.stream), net::FrameKind::control);
  for (const auto& cut : cuts) {
    record_.cut(cut.item_id, cut.heard, cut.made, clock_.wall_now());
    if (cut.is_outside || cut.item_id.empty()) continue;
    emit(json::serialize(json::object{{"type", "conversation.item.truncate"},
                                      {"event_id", next_event_id()},
                                      {"item_id", cut.item_id},
                                      {"content_index", cut.content_index},
                                      {"audio_end_ms", cut.heard.count()}}));
  }
  return sent;
}

void PhoneLine::on_other(const realtime::ServerEvent& event) {
  const auto now = clock_.wall_now();
  const auto& body = event.body;
  switch (event.type) {
    case EventType::speech_stopped:
      is_speaking_ = false;
      return record_.spoken(text_at(body, "item_id"), now);
    case EventType::response_created: {
      const auto response = realtime::read_response(body);
      response_ = response.id;
      if (response.is_out_of_band) {
        outside_ = response_;
      } else {
        questions_.on_reply_began(response_);
        making_ = response_;
        wants_reply_ = false;  // this one knows what was pressed
      }
      return record_.planned(now);
    }
    case EventType::response_done: {
      const auto response = realtime::read_response(body);
      questions_.on_reply_ended(response.id, response.status == "completed",
                                playout_.added_until());
      questions_.on_heard(playout_.surely_heard_until());
      if (response.id == response_) response_.clear();
      if (response.id == making_) making_.clear();
      return ask_for_reply();
    }
    case EventType::conversation_item_added:
    case EventType::conversation_item_created:
      return on_item_added(event);
    case EventType::transcription_completed:
      return record_.heard(text_at(body, "transcript"), text_at(body, "item_id"), now,
                           realtime::confidence_of(body));
    case EventType::output_audio_transcript_done:
      return record_.said(text_at(body, "transcript"), text_at(body, "item_id"), now);
    default:
      break;
  }
  const auto type = text_at(body, "type");
  if (type == "callosum.timeline") return on_timeline(body);
  if (type == "callosum.confirmation.requested") questions_.add(body, now);
  if (type == "callosum.confirmation.answered") {
    questions_.remove(text_at(body, "confirmation_id"));
  }
  tell_question();
}

void PhoneLine::on_timeline(const json::object& event) {
  const auto kind = text_at(event, "kind");
  const auto tool = text_at(event, "tool");
  const auto now = clock_.wall_now();
  if (kind == "called") return record_.called(tool, text_at(event, "args"), now);
  if (kind == "answered") return record_.answered(tool, "", now);
  if (kind == "refused") return record_.answered(tool, text_at(event, "error_type", "FAILED"), now);
}

void PhoneLine::on_item_added(const realtime::ServerEvent& event) {
  const auto* item = find_object(event.body, "item");
  if (!item) return;
  const auto id = text_at(*item, "id");
  if (text_at(*item, "type") == "message") record_.placed(id);
  questions_.on_item_added(id);
}

/// A phone shows nothing: the model says what may be pressed.
void PhoneLine::tell_question() {
  const auto item_id = "item_phone_" + std::to_string(next_event_);
  const auto news = questions_.take_news(item_id);
  if (news) emit(realtime::encode_text_message("system", *news, next_event_id(), item_id));
}

}  // namespace callosum::channel::twilio
