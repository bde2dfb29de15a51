#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace callosum::registry {

struct CarriedCall {
  std::string name;
  std::string arguments;  ///< as JSON
};

/// The call that a run_tool carries: `{tool, args}`. Nothing: it is no run_tool, or none that can
/// be read, which is then refused as itself.
std::optional<CarriedCall> find_carried(std::string_view name, std::string_view arguments);

}  // namespace callosum::registry
