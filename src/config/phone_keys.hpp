#pragma once

#include <vector>

#include "config/key_table.hpp"

namespace callosum::config {

/// The table's rows of `phone`: the carrier, whom to believe, how a call begins.
std::vector<KeySpec> phone_keys();

}  // namespace callosum::config
