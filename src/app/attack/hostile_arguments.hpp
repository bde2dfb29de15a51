#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "registry/tool_spec.hpp"

namespace callosum::app {

namespace json = boost::json;

/// What a worst model knows of the business that it wants to reach.
struct Foreign {
  std::string id, slug;
  std::vector<std::string> keys;  ///< of its rows
};

/// Arguments that the tool's schema takes, as far as they can be guessed.
json::object plain_arguments(const registry::ToolSpec& tool);
/// The argument texts of an attack: plain ones, each property made hostile, and texts that are no
/// object at all.
std::vector<std::string> hostile_arguments(const registry::ToolSpec& tool, const Foreign& foreign);
/// Each bound parameter, sent with what the gateway has not bound.
std::vector<std::string> bound_arguments(const registry::ToolSpec& tool, const Foreign& foreign);

}  // namespace callosum::app
