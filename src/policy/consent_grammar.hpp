#pragma once

#include <cstdint>
#include <string_view>

namespace callosum::policy {

/// What one turn of a caller says to a question that was put to them.
enum class Assent : std::uint8_t { yes, no, unclear };

std::string_view to_string(Assent assent);  ///< "yes", "no", "unclear"

/// Reads the transcript of one whole turn: English, as recognisers and people spell it. Strict: a
/// yes is made of known words of assent and of politeness, from its first word to its last, and
/// asks nothing. A denial anywhere makes it a no. Everything else, also what is too long, broken or
/// in another language, is unclear. A pure function; any bytes may be asked of it.
Assent judge_assent(std::string_view utterance);

}  // namespace callosum::policy
