#include "sim/google/recurrence.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "sim/google/civil_time.hpp"

namespace callosum::sim::google {
namespace {

constexpr int kMostSteps = 3000;
constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;
constexpr std::int64_t kEndOfYear9999Ms = 253'402'300'800'000;
constexpr std::array<std::string_view, 7> kWeekdays{"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

Error bad(const std::string& what) {
  return fail(ErrorType::validation,
              "Invalid recurrence rule: " + what +
                  "; this simulator knows one RRULE with FREQ, INTERVAL, COUNT, UNTIL and BYDAY "
                  "without numbers.");
}

Result<int> read_number(std::string_view text) {
  int value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (!is_whole || value < 1 || value > 10000) return bad("'" + std::string(text) + "'");
  return value;
}

/// "20261231T235959Z" or "20261231", whose end is meant.
std::optional<std::int64_t> read_until(std::string_view text) {
  if (text.size() != 8 && text.size() != 16) return std::nullopt;
  std::string spelled(text.substr(0, 4));
  spelled += "-" + std::string(text.substr(4, 2)) + "-" + std::string(text.substr(6, 2));
  if (text.size() == 8) return parse_time_ms(spelled + "T23:59:59Z");
  spelled += "T" + std::string(text.substr(9, 2)) + ":" + std::string(text.substr(11, 2)) + ":" +
             std::string(text.substr(13, 3));
  return text[8] == 'T' ? parse_time_ms(spelled) : std::nullopt;
}

}  // namespace

Result<Recurrence> Recurrence::parse(const boost::json::array& lines) {
  const bool is_one = lines.size() == 1 && lines.front().is_string();
  if (!is_one) return bad("recurrence must be a list of one text");
  std::string_view rule = lines.front().get_string();
  if (!rule.starts_with("RRULE:")) return bad("'" + std::string(cut_utf8(rule, 40)) + "'");
  rule.remove_prefix(6);
  Recurrence out;
  for (const auto part : split(rule, ';')) {
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    const auto read =
        out.read_part(part.substr(0, equals), part.substr(std::min(equals + 1, part.size())));
    if (!read) return read.error();
  }
  if (out.frequency_.empty()) return bad("FREQ is missing");
  const bool has_days = !out.weekdays_.empty();
  if (has_days && out.frequency_ != "DAILY" && out.frequency_ != "WEEKLY") {
    return bad("BYDAY with FREQ=" + out.frequency_);
  }
  return out;
}

Result<void> Recurrence::read_part(std::string_view name, std::string_view value) {
  if (name == "FREQ") {
    const bool is_known =
        value == "DAILY" || value == "WEEKLY" || value == "MONTHLY" || value == "YEARLY";
    if (!is_known) return bad("FREQ=" + std::string(value));
    frequency_ = value;
    return {};
  }
  if (name == "INTERVAL" || name == "COUNT") {
    const auto number = read_number(value);
    if (!number) return number.error();
    (name == "COUNT" ? count_ : interval_) = *number;
    return {};
  }
  if (name == "UNTIL") {
    const auto until = read_until(value);
    if (!until) return bad("UNTIL=" + std::string(value));
    until_ms_ = *until;
    return {};
  }
  if (name == "WKST") return value == "MO" ? Result<void>() : bad("WKST=" + std::string(value));
  return name == "BYDAY" ? read_days(value) : bad(std::string(name));
}

Result<void> Recurrence::read_days(std::string_view value) {
  for (const auto day : split(value, ',')) {
    const auto at = std::find(kWeekdays.begin(), kWeekdays.end(), day);
    if (at == kWeekdays.end()) return bad("BYDAY=" + std::string(value));
    weekdays_.push_back(static_cast<int>(at - kWeekdays.begin()));
  }
  std::sort(weekdays_.begin(), weekdays_.end());
  return {};
}

std::int64_t Recurrence::least_days_of_step() const {
  if (frequency_ == "YEARLY") return 365;
  if (frequency_ == "MONTHLY") return 28;
  return frequency_ == "WEEKLY" ? 7 : 1;
}

std::vector<std::int64_t> Recurrence::step(std::int64_t start_ms, int nth,
                                           std::string_view zone) const {
  const int count = nth * interval_;
  if (frequency_ == "MONTHLY" || frequency_ == "YEARLY") {
    const auto at = add_months(start_ms, frequency_ == "YEARLY" ? count * 12 : count, zone);
    return at ? std::vector{*at} : std::vector<std::int64_t>();
  }
  if (frequency_ == "DAILY") {
    const auto at = add_days(start_ms, count, zone);
    const bool is_meant = weekdays_.empty() ||
                          std::count(weekdays_.begin(), weekdays_.end(), weekday_of(at, zone)) > 0;
    return is_meant ? std::vector{at} : std::vector<std::int64_t>();
  }
  const int first = weekday_of(start_ms, zone);
  if (weekdays_.empty()) return {add_days(start_ms, count * 7, zone)};
  std::vector<std::int64_t> out;
  for (const int day : weekdays_) {
    if (nth == 0 && day < first) continue;
    out.push_back(add_days(start_ms, count * 7 + day - first, zone));
  }
  return out;
}

std::vector<std::int64_t> Recurrence::starts(std::int64_t start_ms, std::string_view zone,
                                             std::int64_t from_ms, std::int64_t to_ms) const {
  std::vector<std::int64_t> out;
  int seen = 0;
  const std::int64_t least_days = least_days_of_step() * interval_;
  for (int nth = 0; nth < kMostSteps; ++nth) {
    // No calendar counts further, and no date here has room for it.
    if (start_ms + nth * least_days * kDayMs >= kEndOfYear9999Ms) return out;
    for (const auto at : step(start_ms, nth, zone)) {
      const bool is_over = (until_ms_ != 0 && at > until_ms_) || (count_ != 0 && seen >= count_);
      if (is_over || at >= to_ms) return out;
      ++seen;
      if (at >= from_ms) out.push_back(at);
    }
  }
  return out;
}

}  // namespace callosum::sim::google
