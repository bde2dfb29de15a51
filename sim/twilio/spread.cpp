#include "sim/twilio/spread.hpp"

#include <algorithm>
#include <cmath>

namespace callosum::sim::twilio {
namespace {

constexpr std::size_t kBuckets = 20'000;

}  // namespace

double rounded_ms(double ms) { return std::round(ms * 10) / 10; }

void Spread::add(double ms) {
  if (buckets_.empty()) buckets_.resize(kBuckets);
  const auto tenth = static_cast<std::size_t>(std::max(0.0, std::round(ms * 10)));
  ++buckets_[std::min(tenth, kBuckets - 1)];
  ++count_;
  greatest_ = std::max(greatest_, ms);
}

/// The least that so large a share of all does not exceed.
double Spread::quantile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i + 1 < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return static_cast<double>(i) / 10;
  }
  return rounded_ms(greatest_);
}

boost::json::object Spread::to_json() const {
  if (count_ == 0) return {{"n", 0}};
  return {{"n", count_},
          {"p50", quantile(0.5)},
          {"p90", quantile(0.9)},
          {"p99", quantile(0.99)},
          {"max", rounded_ms(greatest_)}};
}

}  // namespace callosum::sim::twilio
