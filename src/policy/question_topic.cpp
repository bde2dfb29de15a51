#include "policy/question_topic.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace callosum::policy {
namespace {

constexpr std::size_t kMostWords = 256;
constexpr std::size_t kStem = 4;

// What a question may consist of that leans on the one before it. Sorted.
constexpr std::array<std::string_view, 62> kLeaning{
    "a",       "again", "ahead",  "all",  "an",     "and",     "are",    "can",    "confirm",
    "correct", "do",    "does",   "down", "fine",   "for",     "go",     "good",   "got",
    "i",       "in",    "is",     "it",   "like",   "may",     "me",     "no",     "now",
    "ok",      "okay",  "on",     "or",   "please", "proceed", "put",    "really", "right",
    "s",       "shall", "should", "so",   "sorry",  "sound",   "sounds", "sure",   "that",
    "the",     "then",  "this",   "to",   "want",   "was",     "we",     "well",   "will",
    "work",    "works", "would",  "yeah", "yes",    "you",     "your",   "yours"};

bool is_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

std::vector<std::string> words_of(std::string_view text) {
  const auto lower = to_lower_ascii(text);
  std::vector<std::string> out;
  auto at = lower.begin();
  while (out.size() < kMostWords) {
    const auto begin = std::find_if(at, lower.end(), is_of_word);
    if (begin == lower.end()) break;
    at = std::find_if_not(begin, lower.end(), is_of_word);
    out.emplace_back(begin, at);
  }
  return out;
}

/// The sentence before the last question mark; empty: nothing is asked.
std::string_view last_question(std::string_view reply) {
  const auto end = reply.rfind('?');
  if (end == reply.npos) return {};
  const auto begin = end == 0 ? reply.npos : reply.find_last_of(".!?", end - 1);
  const auto first = begin == reply.npos ? 0 : begin + 1;
  return reply.substr(first, end - first);
}

bool leans(const std::string& word) {
  return std::binary_search(kLeaning.begin(), kLeaning.end(), word);
}

/// "booking" and "book", "24th" and "24".
bool are_alike(const std::string& a, const std::string& b) {
  const auto shorter = std::min(a.size(), b.size());
  const bool is_number = std::isdigit(static_cast<unsigned char>(a.front())) != 0;
  if (is_number) return a.compare(0, shorter, b, 0, shorter) == 0 && shorter > 1;
  if (shorter < kStem) return a == b;
  return a.compare(0, kStem, b, 0, kStem) == 0;
}

}  // namespace

Topic topic_of(std::string_view reply, std::string_view tool, std::string_view arguments) {
  const auto question = last_question(reply);
  if (question.empty()) return Topic::none;
  auto asked = words_of(question);
  std::erase_if(asked, leans);
  if (asked.empty()) return Topic::same;
  auto known = words_of(tool);
  const auto named = words_of(arguments);
  known.insert(known.end(), named.begin(), named.end());
  const bool is_about = std::any_of(asked.begin(), asked.end(), [&](const std::string& word) {
    return std::any_of(known.begin(), known.end(),
                       [&](const std::string& other) { return are_alike(word, other); });
  });
  return is_about ? Topic::same : Topic::other;
}

}  // namespace callosum::policy
