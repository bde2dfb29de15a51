#include "provider/offline/speech/words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.hpp"

namespace callosum::provider::offline::speech {
namespace {

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '\'';
}

/// "pm" is two letters in the mouth, and in the dictionary of the ears.
void append_word(std::string word, std::vector<std::string>& words) {
  while (word.starts_with('\'')) word.erase(0, 1);
  while (word.ends_with('\'')) word.pop_back();
  if (word.empty()) return;
  if (word == "pm") {
    words.insert(words.end(), {"p", "m"});
  } else {
    words.push_back(std::move(word));
  }
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const std::string spelled = to_lower_ascii(spell_out(text));
  for (const char c : spelled) {
    if (is_word_character(c)) {
      word += c;
    } else {
      append_word(std::exchange(word, {}), words);
    }
  }
  append_word(std::move(word), words);
  return words;
}

std::string spoken_words(std::string_view text) { return join(words_of(text), " "); }

double word_similarity(std::string_view a, std::string_view b) {
  const auto left = a.empty() ? std::vector<std::string_view>{} : split(a, ' ');
  const auto right = b.empty() ? std::vector<std::string_view>{} : split(b, ' ');
  const std::size_t longer = std::max(left.size(), right.size());
  if (longer == 0) return 1;
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return 1.0 - static_cast<double>(row.back()) / static_cast<double>(longer);
}

}  // namespace callosum::provider::offline::speech
