#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace callosum::session {

/// What a provider last said is left of one of its rate limits.
struct ProviderLimit {
  std::string name;  ///< "requests", "tokens"
  double limit = 0;
  double remaining = 0;
  double reset_s = 0;  ///< until it is whole again
  bool is_low() const { return limit > 0 && remaining < limit / 10; }
};

/// The last known of them all. Pure.
class ProviderLimits {
 public:
  /// Takes in a `rate_limits.updated`; gives those that are low and were not before.
  std::vector<ProviderLimit> take(const boost::json::object& event);
  const std::vector<ProviderLimit>& all() const { return limits_; }

 private:
  std::vector<ProviderLimit> limits_;  // two or three
};

}  // namespace callosum::session
