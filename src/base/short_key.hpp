#pragma once

#include <cstdint>
#include <string_view>

namespace callosum {

/// A number that an index finds a pair of long texts by: the first 53 bits of their BLAKE2b, which
/// is what a JSON number holds; never 0. Others may have the same one, so what it finds is compared
/// with the texts themselves.
std::int64_t short_key(std::string_view first, std::string_view second);

/// The same of an act; 0 where a call names none.
inline std::int64_t short_key_of_act(std::string_view act) {
  return act.empty() ? 0 : short_key(act, "");
}

}  // namespace callosum
