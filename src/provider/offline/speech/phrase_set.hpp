#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace callosum::provider::offline::speech {

/// What callers may say: "what is your {topic} policy" with the slot's values as they are spoken.
/// "{topic:refunds}" stands for the words "refunds" alone, "{action=add}" for none. Texts may hold
/// capitals, digits and marks; ears hear them spelled out.
struct PhraseSet {
  std::vector<std::string> phrases;
  std::map<std::string, std::vector<std::string>> slots;
};

/// One piece of a phrase: words to be said as they are, or the name of a slot.
struct PhrasePart {
  bool is_slot = false;
  std::string text;  ///< spoken words, or the slot's name
};
using PhraseParts = std::vector<PhrasePart>;

/// VALIDATION, quoting the phrase, for a brace left open, an unknown or empty slot, or a phrase
/// without a word.
Result<PhraseParts> parse_phrase(const std::string& phrase, const PhraseSet& set);

/// The phrase with its slots filled, at most `limit` ways, spread so that each value of each slot
/// appears.
std::vector<std::string> expand(const PhraseParts& parts, const PhraseSet& set, std::size_t limit);

}  // namespace callosum::provider::offline::speech
