#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace callosum::provider::offline::speech {

/// Numbers, money, times and marks written out as they are said, punctuation kept, ASCII only: "$45
/// at 10:30 PM, 24th" becomes "forty five dollars at ten thirty p.m., twenty fourth". What the
/// mouth is given.
std::string spell_out(std::string_view text);

/// The words of a text as ears write them: lower case, spelled out, no punctuation but apostrophes;
/// "PM" becomes "p m".
std::vector<std::string> words_of(std::string_view text);

/// words_of() joined by single spaces: two texts that sound alike compare equal.
std::string spoken_words(std::string_view text);

/// "forty two"; up to 999,999,999, beyond that digit by digit.
std::string number_words(unsigned long long number);

/// 1 - word edits / words of the longer one; 1 for two empty texts. Texts as spoken_words() gives
/// them.
double word_similarity(std::string_view a, std::string_view b);

}  // namespace callosum::provider::offline::speech
