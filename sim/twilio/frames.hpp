#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sim/twilio/signature.hpp"

namespace callosum::sim::twilio {

namespace json = boost::json;

/// Who a stream belongs to.
struct StreamIds {
  std::string account;
  std::string call;
  std::string stream;
};

/// Writes what Twilio says on a media stream (protocol: telephony §1.4) and counts it.
class FrameWriter {
 public:
  explicit FrameWriter(StreamIds ids) : ids_(std::move(ids)) {}

  static std::string connected();
  std::string start(const FormFields& parameters);
  std::string media(std::span<const std::uint8_t> sound, std::chrono::milliseconds at);
  std::string dtmf(char digit);
  std::string mark(std::string_view name);
  std::string stop();

  const StreamIds& ids() const { return ids_; }
  /// The next message's number goes so far back or ahead: a fault.
  void shift_sequence(std::int64_t by) { sequence_ += by; }

 private:
  std::string number() { return std::to_string(++sequence_); }
  json::object frame(std::string_view event);

  StreamIds ids_;
  std::int64_t sequence_ = 0;
  std::uint64_t chunk_ = 0;
};

/// What a gateway may say (protocol: telephony §1.5).
enum class OrderKind : std::uint8_t { media, mark, clear };
struct Order {
  OrderKind kind = OrderKind::media;
  std::vector<std::uint8_t> sound;
  std::string mark;
};
/// VALIDATION as Twilio's warning 31950 or 31951 has it: not one of the three, no streamSid or
/// another's, sound that is no base64, a mark without a name.
Result<Order> decode_order(std::string_view text, std::string_view stream);

}  // namespace callosum::sim::twilio
