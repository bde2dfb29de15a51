#include "session/back_channel.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace callosum::session {
namespace {

constexpr std::size_t kLongest = 60;     // bytes: who says more has something to say
constexpr std::size_t kMostWords = 6;    // "yeah yeah okay I see yes"
constexpr std::size_t kMostLetters = 2;  // in a row: "mmmm" is "mm"

/// As recognisers spell them, lower case, without marks: "mm-hm" is "mm hm".
constexpr std::string_view kWords[] = {
    "mm",      "mhm",     "hm",    "hmm",      "mmhm",       "mhmm",   "mmhmm",  "mmm",
    "hmhm",    "hum",     "huh",   "uh",       "um",         "uhhuh",  "uhuh",   "aha",
    "ah",      "oh",      "ooh",   "eh",       "ehm",        "er",     "yeah",   "yea",
    "yep",     "yup",     "yes",   "yah",      "ok",         "okay",   "right",  "alright",
    "sure",    "fine",    "good",  "great",    "cool",       "nice",   "wow",    "really",
    "perfect", "exactly", "true",  "indeed",   "understood", "gotcha", "that's", "that’s",
    "si",      "sì",      "certo", "già",      "va",         "bene",   "sí",     "vale",
    "claro",   "oui",     "ouais", "d'accord", "daccord",    "ja",     "jaja",   "genau",
    "gut"};

/// Of more than one word.
constexpr std::string_view kPhrases[] = {
    "uh huh", "i see",   "got it",    "all right",   "of course", "i know",   "makes sense",
    "ah ha",  "oh okay", "very good", "sounds good", "va bene",   "ho capito"};

/// What asks without a question mark.
constexpr std::string_view kAsking[] = {"say yes", "yes or", "to confirm", "tell me"};

bool is_part(unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80 || c == '\''; }

/// Lower case; of a letter that goes on, two.
void append(std::string& word, char c) {
  const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto size = word.size();
  const bool goes_on = size >= kMostLetters && word[size - 1] == lower && word[size - 2] == lower;
  if (!goes_on) word += lower;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text) {
    if (is_part(static_cast<unsigned char>(c))) {
      append(word, c);
    } else if (!word.empty()) {
      out.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

template <std::size_t kCount>
bool is_among(std::string_view word, const std::string_view (&list)[kCount]) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

}  // namespace

bool is_back_channel(std::string_view words) {
  // Who asks wants an answer.
  if (words.size() > kLongest || words.find('?') != std::string_view::npos) return false;
  const auto list = split(words);
  if (list.empty() || list.size() > kMostWords) return false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool is_pair = i + 1 < list.size() && is_among(list[i] + " " + list[i + 1], kPhrases);
    if (is_pair) {
      ++i;
    } else if (!is_among(list[i], kWords)) {
      return false;
    }
  }
  return true;
}

bool asks_something(std::string_view heard) {
  if (heard.find('?') != std::string_view::npos) return true;
  const auto list = split(heard);  // "please say yes, or press 1"
  for (std::size_t i = 0; i + 1 < list.size(); ++i) {
    if (is_among(list[i] + " " + list[i + 1], kAsking)) return true;
  }
  return false;
}

}  // namespace callosum::session
