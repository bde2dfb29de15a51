#include "base/time_text.hpp"

#include <chrono>

namespace callosum {

namespace {

/// Takes what it reads off the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool is_at_end() const { return text_.empty(); }
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Exactly so many digits.
  std::optional<unsigned> number(int digits) {
    unsigned value = 0;
    for (int i = 0; i < digits; ++i) {
      if (text_.empty() || text_.front() < '0' || text_.front() > '9') return std::nullopt;
      value = value * 10 + static_cast<unsigned>(text_.front() - '0');
      text_.remove_prefix(1);
    }
    return value;
  }

 private:
  std::string_view text_;
};

std::optional<std::chrono::sys_days> read_day(Reader& in) {
  const auto year = in.number(4);
  if (!year || !in.take('-')) return std::nullopt;
  const auto month = in.number(2);
  if (!month || !in.take('-')) return std::nullopt;
  const auto day = in.number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<std::chrono::milliseconds> read_time(Reader& in) {
  const auto hour = in.number(2);
  if (!hour || *hour > 23 || !in.take(':')) return std::nullopt;
  const auto minute = in.number(2);
  if (!minute || *minute > 59 || !in.take(':')) return std::nullopt;
  const auto second = in.number(2);
  if (!second || *second > 59) return std::nullopt;
  unsigned ms = 0;
  if (in.take('.')) {
    int digits = 0;
    for (auto digit = in.number(1); digit; digit = in.number(1)) {
      if (digits++ < 3) ms = ms * 10 + *digit;
    }
    if (digits == 0 || digits > 9) return std::nullopt;
    for (; digits < 3; ++digits) ms *= 10;
  }
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
         std::chrono::milliseconds(ms);
}

}  // namespace

std::optional<std::int64_t> parse_utc_ms(std::string_view text) {
  Reader in(text);
  const auto day = read_day(in);
  if (!day) return std::nullopt;
  auto at = std::chrono::time_point_cast<std::chrono::milliseconds>(*day);
  if (in.is_at_end()) return at.time_since_epoch().count();
  if (!in.take('T')) return std::nullopt;
  const auto time = read_time(in);
  if (!time || !in.take('Z') || !in.is_at_end()) return std::nullopt;
  return (at + *time).time_since_epoch().count();
}

}  // namespace callosum
