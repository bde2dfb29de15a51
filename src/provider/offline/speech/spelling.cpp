#include "provider/offline/speech/spelling.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "provider/offline/speech/words.hpp"

namespace callosum::provider::offline::speech {
namespace {

constexpr std::array<std::string_view, 20> kSmall = {
    "zero",     "one",     "two",     "three",     "four",     "five",    "six",
    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<std::string_view, 10> kTens = {
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
constexpr std::pair<std::string_view, std::string_view> kOrdinals[] = {
    {"one", "first"},    {"two", "second"}, {"three", "third"},   {"five", "fifth"},
    {"eight", "eighth"}, {"nine", "ninth"}, {"twelve", "twelfth"}};

std::string below_hundred(unsigned long long number) {
  if (number < kSmall.size()) return std::string(kSmall[number]);
  std::string words(kTens[number / 10]);
  if (number % 10 != 0) words.append(" ").append(kSmall[number % 10]);
  return words;
}

std::string with_rest(std::string head, unsigned long long rest) {
  return rest == 0 ? head : std::move(head) + " " + number_words(rest);
}

}  // namespace

std::string number_words(unsigned long long number) {
  if (number < 100) return below_hundred(number);
  if (number < 1000) return with_rest(number_words(number / 100) + " hundred", number % 100);
  if (number < 1'000'000) {
    return with_rest(number_words(number / 1000) + " thousand", number % 1000);
  }
  if (number < 1'000'000'000) {
    return with_rest(number_words(number / 1'000'000) + " million", number % 1'000'000);
  }
  return digit_words(std::to_string(number));
}

std::string ordinal_words(unsigned long long number) {
  std::string words = number_words(number);
  const auto last = words.rfind(' ') == std::string::npos ? 0 : words.rfind(' ') + 1;
  for (const auto& [cardinal, ordinal] : kOrdinals) {
    if (words.substr(last) == cardinal) return words.substr(0, last).append(ordinal);
  }
  if (words.ends_with('y')) {
    words.pop_back();
    return words + "ieth";
  }
  return words + "th";
}

std::string digit_words(std::string_view digits) {
  std::string words;
  for (const char digit : digits) {
    if (!words.empty()) words += ' ';
    words += kSmall[static_cast<std::size_t>(digit - '0')];
  }
  return words;
}

bool is_clock_word(std::string_view word) {
  if (word == "o'clock" || word == "oh") return true;
  const auto holds = [word](const auto& list) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  return holds(kSmall) || (!word.empty() && holds(kTens));
}

}  // namespace callosum::provider::offline::speech
