#pragma once

#include <string>
#include <string_view>

#include "config/key_table.hpp"

namespace callosum::config {

/// What the row wants: "expected a whole number from 0 to 1000".
std::string expected(const KeySpec& spec);

/// Why `text` is no value of the row's kind; empty when it is one. Never quotes what may be a
/// secret.
std::string problem_of(const KeySpec& spec, std::string_view text);

}  // namespace callosum::config
