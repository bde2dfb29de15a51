#pragma once

#include <vector>

#include "config/key_table.hpp"

namespace callosum::config {

/// The table's rows of `embeddings`: what tells texts that are alike in meaning.
std::vector<KeySpec> embedding_keys();

}  // namespace callosum::config
