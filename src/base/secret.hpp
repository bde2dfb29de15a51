#pragma once

#include <string>
#include <utility>

namespace callosum {

/// A key or password. Has no printer and no conversion: only `reveal()` at the place that sends it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

}  // namespace callosum
