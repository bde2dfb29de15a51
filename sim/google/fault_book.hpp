#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/google/script.hpp"

namespace callosum::sim::google {

/// Which of a script's faults a request meets: the first that fits and is not used up.
class FaultBook {
 public:
  explicit FaultBook(std::shared_ptr<const Script> script);

  std::optional<Fault> take(std::string_view method, std::string_view path,
                            std::string_view account);

 private:
  std::shared_ptr<const Script> script_;
  std::vector<std::size_t> met_;  // by fault
};

}  // namespace callosum::sim::google
