#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sim/twilio/carrier.hpp"

namespace callosum::sim::twilio {

namespace json = boost::json;

/// Who a stream belongs to.
struct StreamIds {
  std::string account;
  std::string call;
  std::string stream;
  CarrierKind carrier = CarrierKind::twilio;
  std::int64_t began_ms = 0;  ///< by the clock on the wall: some count from there
};

/// Writes what the carrier says on a media stream (protocol: telephony §1.4, §1.11) and counts it.
class FrameWriter {
 public:
  explicit FrameWriter(StreamIds ids) : ids_(std::move(ids)) {}

  /// Twilio's.
  static std::string connected();
  /// The first one; empty: this carrier begins with `start`.
  std::string hello() const;
  std::string start(const FormFields& parameters);
  std::string media(std::span<const std::uint8_t> sound, std::chrono::milliseconds at);
  std::string dtmf(char digit);
  std::string mark(std::string_view name);
  /// Empty: this carrier just closes.
  std::string stop();
  /// All that waited is gone; empty: this carrier does not say so.
  std::string cleared();

  const StreamIds& ids() const { return ids_; }
  /// The next message's number goes so far back or ahead: a fault.
  void shift_sequence(std::int64_t by) { sequence_ += by; }

 private:
  std::string number() { return std::to_string(++sequence_); }
  json::object frame(std::string_view event);
  bool is(CarrierKind carrier) const { return ids_.carrier == carrier; }

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
/// VALIDATION as Twilio's warning 31950 or 31951 has it: not one of the three, no id of the stream
/// or another's, sound that is no base64 or of no mu-law, a mark without a name.
Result<Order> decode_order(std::string_view text, std::string_view stream,
                           CarrierKind carrier = CarrierKind::twilio);

}  // namespace callosum::sim::twilio
