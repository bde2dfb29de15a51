#pragma once

#include <string>
#include <string_view>

namespace callosum::provider::offline::speech {

/// "twenty fourth" for 24.
std::string ordinal_words(unsigned long long number);

/// "five five five" for "555".
std::string digit_words(std::string_view digits);

/// Whether a word may stand before "a m": a number word or "o'clock".
bool is_clock_word(std::string_view word);

}  // namespace callosum::provider::offline::speech
