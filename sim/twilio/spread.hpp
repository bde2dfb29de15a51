#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <vector>

namespace callosum::sim::twilio {

/// How times are spread, to a tenth of a millisecond up to two seconds; the greatest is exact.
/// Bounded, however many there are.
class Spread {
 public:
  void add(double ms);
  /// {n, p50, p90, p99, max}; {n: 0} alone where there is none.
  boost::json::object to_json() const;

 private:
  double quantile(double share) const;

  std::vector<std::uint64_t> buckets_;  ///< of a tenth each; made with the first
  std::uint64_t count_ = 0;
  double greatest_ = 0;
};

/// To a tenth.
double rounded_ms(double ms);

}  // namespace callosum::sim::twilio
