#include "sim/twilio/frames.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::sim::twilio {
namespace {

Error bad(std::string message) { return fail(ErrorType::validation, std::move(message)); }

}  // namespace

json::object FrameWriter::frame(std::string_view event) {
  return {{"event", event}, {"sequenceNumber", number()}, {"streamSid", ids_.stream}};
}

std::string FrameWriter::connected() {
  return R"({"event":"connected","protocol":"Call","version":"1.0.0"})";
}

std::string FrameWriter::start(const FormFields& parameters) {
  json::object custom;
  for (const auto& [name, value] : parameters) custom[name] = value;
  auto out = frame("start");
  const json::object format{{"encoding", "audio/x-mulaw"}, {"sampleRate", 8000}, {"channels", 1}};
  out["start"] = {{"accountSid", ids_.account}, {"streamSid", ids_.stream},
                  {"callSid", ids_.call},       {"tracks", json::array{"inbound"}},
                  {"mediaFormat", format},      {"customParameters", std::move(custom)}};
  return json::serialize(out);
}

/// Fifty a second for each call: written by hand.
std::string FrameWriter::media(std::span<const std::uint8_t> sound, std::chrono::milliseconds at) {
  std::string out;
  out.reserve(420 + sound.size() * 4 / 3);
  out += R"({"event":"media","sequenceNumber":")" + number();
  out += R"(","media":{"track":"inbound","chunk":")" + std::to_string(++chunk_);
  out += R"(","timestamp":")" + std::to_string(at.count()) + R"(","payload":")";
  append_base64(sound, out);
  out += R"("},"streamSid":")" + ids_.stream + "\"}";
  return out;
}

std::string FrameWriter::dtmf(char digit) {
  auto out = frame("dtmf");
  out["dtmf"] = {{"track", "inbound_track"}, {"digit", std::string(1, digit)}};
  return json::serialize(out);
}

std::string FrameWriter::mark(std::string_view name) {
  auto out = frame("mark");
  out["mark"] = {{"name", name}};
  return json::serialize(out);
}

std::string FrameWriter::stop() {
  auto out = frame("stop");
  out["stop"] = {{"accountSid", ids_.account}, {"callSid", ids_.call}};
  return json::serialize(out);
}

Result<Order> decode_order(std::string_view text, std::string_view stream) {
  const auto parsed = parse_strict(text, {.max_bytes = 4u << 20});
  const auto* body = parsed ? parsed->if_object() : nullptr;
  if (!body) return bad("31951: no JSON object");
  if (text_at(*body, "streamSid") != stream) return bad("31951: not the streamSid of this stream");
  const auto event = text_at(*body, "event");
  Order order;
  if (event == "clear") {
    order.kind = OrderKind::clear;
    return order;
  }
  if (event == "mark") {
    order.kind = OrderKind::mark;
    const auto* mark = find_object(*body, "mark");
    order.mark = mark ? text_at(*mark, "name") : "";
    if (order.mark.empty()) return bad("31951: a mark without mark.name");
    return order;
  }
  if (event != "media") return bad("31951: no such event: '" + std::string(event) + "'");
  const auto* media = find_object(*body, "media");
  const auto payload = media ? text_at(*media, "payload") : "";
  if (payload.empty()) return bad("31951: media without media.payload");
  const auto decoded = decode_base64(payload, order.sound);
  if (!decoded) return bad("31951: media.payload is no base64");
  return order;
}

}  // namespace callosum::sim::twilio
