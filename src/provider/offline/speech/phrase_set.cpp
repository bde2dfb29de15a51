#include "provider/offline/speech/phrase_set.hpp"

#include <algorithm>

#include "provider/offline/speech/words.hpp"

namespace callosum::provider::offline::speech {
namespace {

Error refuse(const std::string& phrase, const std::string& why) {
  return fail(ErrorType::validation, "phrase \"" + phrase + "\": " + why);
}

void append_words(std::string_view text, PhraseParts& parts) {
  std::string words = spoken_words(text);
  if (words.empty()) return;
  if (!parts.empty() && !parts.back().is_slot) {
    parts.back().text += " " + words;
  } else {
    parts.push_back({.is_slot = false, .text = std::move(words)});
  }
}

/// The values of a slot that have a sound, as they are spoken.
std::vector<std::string> spoken_values(const std::string& slot, const PhraseSet& set) {
  std::vector<std::string> values;
  const auto found = set.slots.find(slot);
  if (found == set.slots.end()) return values;
  for (const auto& value : found->second) {
    std::string words = spoken_words(value);
    if (!words.empty() && std::find(values.begin(), values.end(), words) == values.end()) {
      values.push_back(std::move(words));
    }
  }
  return values;
}

}  // namespace

Result<PhraseParts> parse_phrase(const std::string& phrase, const PhraseSet& set) {
  PhraseParts parts;
  std::string_view rest = phrase;
  while (!rest.empty()) {
    const auto open = rest.find('{');
    append_words(rest.substr(0, open), parts);
    if (open == std::string_view::npos) break;
    const auto close = rest.find('}', open);
    if (close == std::string_view::npos) return refuse(phrase, "a { without its }");
    std::string inner(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
    if (inner.find('=') != std::string::npos) continue;  // meant, and not said
    if (const auto colon = inner.find(':'); colon != std::string::npos) {
      append_words(std::string_view(inner).substr(colon + 1), parts);
      continue;
    }
    inner.erase(0,
                inner.rfind('.') + 1);  // an argument within another: the words have its own name
    if (!set.slots.contains(inner)) {
      return refuse(phrase, "unknown slot {" + inner + "}");
    } else if (spoken_values(inner, set).empty()) {
      return refuse(phrase, "slot {" + inner + "} has no values that can be said");
    } else {
      parts.push_back({.is_slot = true, .text = inner});
    }
  }
  if (parts.empty()) return refuse(phrase, "no word in it");
  return parts;
}

std::vector<std::string> expand(const PhraseParts& parts, const PhraseSet& set, std::size_t limit) {
  std::vector<std::vector<std::string>> choices;
  std::size_t ways = 1;
  std::size_t longest = 1;
  for (const auto& part : parts) {
    choices.push_back(part.is_slot ? spoken_values(part.text, set) : std::vector{part.text});
    longest = std::max(longest, choices.back().size());
    ways = std::min(ways * choices.back().size(), limit * choices.back().size() + 1);
  }
  const bool all = ways <= limit;
  const std::size_t count = all ? ways : std::max(limit, longest);
  std::vector<std::string> sentences;
  for (std::size_t way = 0; way < count; ++way) {
    std::string sentence;
    std::size_t rest = way;
    for (std::size_t k = 0; k < choices.size(); ++k) {
      const auto& values = choices[k];
      // Too many ways: every slot walks through its values at once, and drifts against the others
      // by a step a round.
      const std::size_t pick = (all ? rest : way + k * (way / longest)) % values.size();
      rest /= values.size();
      sentence += (sentence.empty() ? "" : " ") + values[pick];
    }
    sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace callosum::provider::offline::speech
