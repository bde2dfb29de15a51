#pragma once

#include <vector>

#include "config/key_table.hpp"

namespace callosum::config {

/// The table's rows of a provider whose ears, brain or mouth are not its own.
std::vector<KeySpec> brain_keys();
/// The table's rows of `speech`: what hears and what speaks where no realtime provider does.
std::vector<KeySpec> speech_keys();

}  // namespace callosum::config
