#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace callosum::registry::schema {

/// An ECMA-262 pattern (flag u, no other) in ICU's syntax: `\d \w \s \b` mean what ECMA says, `$`
/// is only the end, and nothing that only ICU knows (inline flags, possessive quantifiers, set
/// operators) gets through. VALIDATION says what is wrong.
Result<std::string> translate_ecma_pattern(std::string_view pattern);

}  // namespace callosum::registry::schema
