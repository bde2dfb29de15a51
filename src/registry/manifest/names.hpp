#pragma once

#include <string_view>
#include <vector>

namespace callosum::registry {

/// ^[a-zA-Z0-9_-]{1,64}$: what every provider takes as a function's name.
bool is_tool_name(std::string_view text);
/// ^[A-Za-z_][A-Za-z0-9_]{0,62}$: a table, a column, a parameter of a statement.
bool is_identifier(std::string_view text);

/// What a parameter may be bound to.
const std::vector<std::string_view>& bind_sources();
/// The kinds that `run` names.
const std::vector<std::string_view>& run_kinds();

}  // namespace callosum::registry
