#include "sim/twilio/frames.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::sim::twilio {
namespace {

Error bad(std::string message) { return fail(ErrorType::validation, std::move(message)); }

/// As they are given and told: `a=1;b=2`.
std::string pairs_of(const FormFields& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += ';';
    out.append(name).append("=").append(value);
  }
  return out;
}

/// Where one carrier's orders differ from another's.
struct OrderWords {
  std::string_view stream, media, mark, clear;
  bool has_flat_marks = false;
  bool needs_stream = true;  ///< of media and clear
};
OrderWords words_of(CarrierKind carrier) {
  if (carrier == CarrierKind::telnyx) return {"stream_id", "media", "mark", "clear", false, false};
  if (carrier == CarrierKind::plivo) {
    return {"streamId", "playAudio", "checkpoint", "clearAudio", true, false};
  }
  return {"streamSid", "media", "mark", "clear", false, true};
}

Result<Order> read_media(const json::object& body, CarrierKind carrier) {
  Order order;
  const auto* media = find_object(body, "media");
  const auto payload = media ? text_at(*media, "payload") : "";
  if (payload.empty()) return bad("31951: media without media.payload");
  if (carrier == CarrierKind::plivo) {
    const auto* rate = media->if_contains("sampleRate");
    const bool is_mulaw = text_at(*media, "contentType") == "audio/x-mulaw" && rate &&
                          rate->is_int64() && rate->get_int64() == 8000;
    if (!is_mulaw) return bad("invalid_content_type: not what the stream was asked for");
  }
  const auto decoded = decode_base64(payload, order.sound);
  if (!decoded) return bad("31951: media.payload is no base64");
  return order;
}

}  // namespace

json::object FrameWriter::frame(std::string_view event) {
  if (is(CarrierKind::telnyx)) {
    return {{"event", event}, {"sequence_number", number()}, {"stream_id", ids_.stream}};
  }
  if (is(CarrierKind::plivo)) {
    return {{"event", event}, {"sequenceNumber", ++sequence_}, {"streamId", ids_.stream}};
  }
  return {{"event", event}, {"sequenceNumber", number()}, {"streamSid", ids_.stream}};
}

std::string FrameWriter::connected() {
  return R"({"event":"connected","protocol":"Call","version":"1.0.0"})";
}

std::string FrameWriter::hello() const {
  if (is(CarrierKind::telnyx)) return R"({"event":"connected","version":"1.0.0"})";
  return is(CarrierKind::plivo) ? std::string() : connected();
}

std::string FrameWriter::start(const FormFields& parameters) {
  json::object custom;
  for (const auto& [name, value] : parameters) custom[name] = value;
  auto out = frame("start");
  if (is(CarrierKind::telnyx)) {
    const json::object format{{"encoding", "PCMU"}, {"sample_rate", 8000}, {"channels", 1}};
    out["start"] = {{"user_id", ids_.account}, {"call_control_id", ids_.call},
                    {"tags", json::array{}},   {"client_state", nullptr},
                    {"media_format", format},  {"custom_parameters", std::move(custom)}};
    return json::serialize(out);
  }
  const json::object sound{{"encoding", "audio/x-mulaw"}, {"sampleRate", 8000}};
  if (is(CarrierKind::plivo)) {
    out.erase("streamId");
    out["start"] = {{"callId", ids_.call},
                    {"streamId", ids_.stream},
                    {"accountId", ids_.account},
                    {"tracks", json::array{"inbound"}},
                    {"mediaFormat", sound}};
    out["extra_headers"] = pairs_of(parameters);
    return json::serialize(out);
  }
  auto format = sound;
  format["channels"] = 1;
  out["start"] = {{"accountSid", ids_.account}, {"streamSid", ids_.stream},
                  {"callSid", ids_.call},       {"tracks", json::array{"inbound"}},
                  {"mediaFormat", format},      {"customParameters", std::move(custom)}};
  return json::serialize(out);
}

/// Fifty a second for each call: written by hand.
std::string FrameWriter::media(std::span<const std::uint8_t> sound, std::chrono::milliseconds at) {
  const bool is_telnyx = is(CarrierKind::telnyx);
  const bool is_plivo = is(CarrierKind::plivo);
  const std::string_view quote = is_plivo ? "" : "\"";
  const auto at_ms = at.count() + (is_plivo ? ids_.began_ms : 0);
  std::string out;
  out.reserve(420 + sound.size() * 4 / 3);
  out += R"({"event":"media",")";
  out += is_telnyx ? "sequence_number" : "sequenceNumber";
  out.append("\":").append(quote).append(number()).append(quote);
  out.append(R"(,"media":{"track":"inbound","chunk":)").append(quote);
  out.append(std::to_string(++chunk_)).append(quote);
  out += R"(,"timestamp":")" + std::to_string(at_ms) + R"(","payload":")";
  append_base64(sound, out);
  out += R"("},")";
  out += is_telnyx ? "stream_id" : is_plivo ? "streamId" : "streamSid";
  return out + "\":\"" + ids_.stream + "\"}";
}

std::string FrameWriter::dtmf(char digit) {
  auto out = frame("dtmf");
  json::object pressed{{"digit", std::string(1, digit)}};
  if (is(CarrierKind::twilio)) pressed = {{"track", "inbound_track"}, {"digit", pressed["digit"]}};
  if (is(CarrierKind::plivo)) {
    pressed["track"] = "inbound";
    pressed["timestamp"] = std::to_string(ids_.began_ms);
  }
  out["dtmf"] = std::move(pressed);
  return json::serialize(out);
}

std::string FrameWriter::mark(std::string_view name) {
  if (is(CarrierKind::plivo)) {
    auto out = frame("playedStream");
    out["name"] = name;
    return json::serialize(out);
  }
  auto out = frame("mark");
  out["mark"] = {{"name", name}};
  return json::serialize(out);
}

std::string FrameWriter::stop() {
  if (is(CarrierKind::plivo)) return {};
  auto out = frame("stop");
  if (is(CarrierKind::telnyx)) {
    out["stop"] = {{"user_id", ids_.account}, {"call_control_id", ids_.call}};
  } else {
    out["stop"] = {{"accountSid", ids_.account}, {"callSid", ids_.call}};
  }
  return json::serialize(out);
}

std::string FrameWriter::cleared() {
  return is(CarrierKind::plivo) ? json::serialize(frame("clearedAudio")) : std::string();
}

Result<Order> decode_order(std::string_view text, std::string_view stream, CarrierKind carrier) {
  const auto parsed = parse_strict(text, {.max_bytes = 4u << 20});
  const auto* body = parsed ? parsed->if_object() : nullptr;
  if (!body) return bad("31951: no JSON object");
  const auto words = words_of(carrier);
  const auto event = text_at(*body, "event");
  const auto of = text_at(*body, words.stream);
  const bool may_lack = !words.needs_stream && event != words.mark;
  if (of != stream && !(may_lack && of.empty())) {
    return bad("31951: not the " + std::string(words.stream) + " of this stream");
  }
  Order order;
  if (event == words.clear) {
    order.kind = OrderKind::clear;
    return order;
  }
  if (event == words.mark) {
    order.kind = OrderKind::mark;
    const auto* mark = words.has_flat_marks ? body : find_object(*body, "mark");
    order.mark = mark ? text_at(*mark, "name") : "";
    if (order.mark.empty()) return bad("31951: a mark without mark.name");
    return order;
  }
  if (event != words.media) return bad("31951: no such event: '" + std::string(event) + "'");
  return read_media(*body, carrier);
}

}  // namespace callosum::sim::twilio
