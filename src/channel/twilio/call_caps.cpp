#include "channel/twilio/call_caps.hpp"

#include "storage/call_use.hpp"

namespace callosum::channel::twilio {
namespace {

constexpr std::int64_t kHour_ms = 3'600'000;
constexpr std::int64_t kDay_ms = 24 * kHour_ms;

bool is_reached(std::int64_t used, std::int64_t cap) { return cap > 0 && used >= cap; }
/// The next call takes one minute at least.
bool is_too_dear(std::int64_t minutes, const config::PhoneCaps& caps) {
  return caps.cost_per_day > 0 && (minutes + 1) * caps.cost_per_minute > caps.cost_per_day;
}

}  // namespace

Result<std::string> find_cap_reached(storage::sqlite::Connection& connection,
                                     const config::PhoneConfig& config, const NewCall& call) {
  const auto& caps = config.caps;
  const auto since = [&](std::int64_t window_ms) {
    return storage::CallUseOf{call.tenant_id, call.caller, call.now_ms - window_ms, call.now_ms,
                              config.longest_s * 1000};
  };
  const auto hour = storage::count_call_use(connection, since(kHour_ms));
  if (!hour) return hour.error();
  if (is_reached(hour->calls, caps.caller_calls_per_hour)) {
    return std::string("phone.caps.caller_calls_per_hour");
  }
  if (is_reached(hour->minutes, caps.minutes_per_hour)) {
    return std::string("phone.caps.minutes_per_hour");
  }
  if (caps.minutes_per_day == 0 && caps.cost_per_day == 0) return std::string();
  const auto day = storage::count_call_use(connection, since(kDay_ms));
  if (!day) return day.error();
  if (is_reached(day->minutes, caps.minutes_per_day)) {
    return std::string("phone.caps.minutes_per_day");
  }
  if (is_too_dear(day->minutes, caps)) return std::string("phone.caps.cost_per_day");
  return std::string();
}

}  // namespace callosum::channel::twilio
