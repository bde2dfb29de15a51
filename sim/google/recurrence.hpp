#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::sim::google {

/// When a series takes place: one RRULE with FREQ, INTERVAL, COUNT, UNTIL and, of days and weeks,
/// BYDAY (RFC 5545 §3.3.10). Other parts are refused, never passed over.
class Recurrence {
 public:
  /// VALIDATION with what is not known here.
  static Result<Recurrence> parse(const boost::json::array& lines);

  /// The beginnings from `from_ms` on and before `to_ms`, in order, of a series that begins at
  /// `start_ms`. At most 3000 from its beginning are looked at.
  std::vector<std::int64_t> starts(std::int64_t start_ms, std::string_view zone,
                                   std::int64_t from_ms, std::int64_t to_ms) const;

 private:
  Result<void> read_part(std::string_view name, std::string_view value);
  Result<void> read_days(std::string_view value);
  std::int64_t least_days_of_step() const;
  std::vector<std::int64_t> step(std::int64_t start_ms, int nth, std::string_view zone) const;

  std::string frequency_;
  int interval_ = 1;
  int count_ = 0;              // 0: none
  std::int64_t until_ms_ = 0;  // 0: none
  std::vector<int> weekdays_;  // 0: Monday; sorted
};

}  // namespace callosum::sim::google
