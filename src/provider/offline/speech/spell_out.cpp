#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/text.hpp"
#include "provider/offline/speech/ascii.hpp"
#include "provider/offline/speech/spelling.hpp"
#include "provider/offline/speech/words.hpp"

namespace callosum::provider::offline::speech {
namespace {

constexpr std::size_t kLongestNumber = 9;  // digits that are still read as one number
constexpr std::size_t kShortestPhone = 7;  // digits of "555-0100"

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// How many characters of "a.m.", "PM", "p m" stand at the front of `text`; 0 where none does.
std::size_t meridiem_length(std::string_view text) {
  const std::string head = to_lower_ascii(text.substr(0, 5));
  if (head.empty() || (head[0] != 'a' && head[0] != 'p')) return 0;
  std::size_t at = 1;
  if (at < head.size() && (head[at] == '.' || head[at] == ' ')) ++at;
  if (at >= head.size() || head[at] != 'm') return 0;
  ++at;
  if (at < head.size() && is_letter(head[at])) return 0;
  return at < head.size() && head[at] == '.' ? at + 1 : at;
}

/// Reads along a text and writes what it means in words.
class Speller {
 public:
  explicit Speller(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool starts(std::string_view word) const { return text_.substr(at_).starts_with(word); }

  std::string_view take_digits() {
    const auto start = at_;
    while (is_digit(peek())) ++at_;
    return text_.substr(start, at_ - start);
  }

  /// Keeps a space between what is written and its neighbours: "10am" is two words.
  void say(std::string_view words) {
    if (!out_.empty() && std::isalnum(static_cast<unsigned char>(out_.back())) != 0) out_ += ' ';
    out_ += words;
    if (is_letter(peek())) out_ += ' ';
  }

  void step() {
    if (take_money("$", "dollar", "cent") || take_money("GBP ", "pound", "pence") ||
        take_money("EUR ", "euro", "cent")) {
      return;
    }
    if (peek() == '+' && is_digit(peek(1))) {
      ++at_;
      say("plus " + digit_words(take_digits()));
    } else if (is_digit(peek())) {
      take_number();
    } else if (take_sign("%", "percent") || take_sign("&", "and") || take_sign("EUR ", "euros") ||
               take_sign("GBP ", "pounds")) {
      return;
    } else {
      out_ += text_[at_++];
    }
  }

  bool take_sign(std::string_view sign, std::string_view words) {
    if (!starts(sign)) return false;
    at_ += sign.size();
    say(words);
    return true;
  }

  static unsigned long long value_of(std::string_view digits) {
    unsigned long long value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }

  static std::string cardinal(std::string_view digits) {
    const bool code = digits.size() > kLongestNumber || (digits.size() > 1 && digits[0] == '0');
    return code ? digit_words(digits) : number_words(value_of(digits));
  }

  /// Digits with thousands marks: "12,000".
  std::string take_grouped() {
    std::string digits(take_digits());
    while (peek() == ',' && is_digit(peek(1)) && is_digit(peek(2)) && is_digit(peek(3)) &&
           !is_digit(peek(4))) {
      ++at_;
      digits += take_digits();
    }
    return digits;
  }

  bool take_money(std::string_view sign, std::string_view unit, std::string_view small_unit) {
    if (!starts(sign) || at_ + sign.size() >= text_.size() || !is_digit(text_[at_ + sign.size()])) {
      return false;
    }
    at_ += sign.size();
    const std::string whole = take_grouped();
    std::string words = cardinal(whole) + " " + std::string(unit) + (whole == "1" ? "" : "s");
    if (peek() == '.' && is_digit(peek(1)) && is_digit(peek(2)) && !is_digit(peek(3))) {
      ++at_;
      const auto cents = value_of(take_digits());
      const bool plural = cents != 1 && small_unit != "pence";
      if (cents != 0) {
        words +=
            " and " + number_words(cents) + " " + std::string(small_unit) + (plural ? "s" : "");
      }
    }
    say(words);
    return true;
  }

  void take_number() {
    if (take_time() || take_phone()) return;
    const std::string digits = take_grouped();
    const std::string suffix = to_lower_ascii(text_.substr(at_, 2));
    const bool ordinal = suffix == "st" || suffix == "nd" || suffix == "rd" || suffix == "th";
    if (ordinal && !is_letter(peek(2)) && digits.size() <= kLongestNumber) {
      at_ += 2;
      say(ordinal_words(value_of(digits)));
    } else if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      say(cardinal(digits) + " point " + digit_words(take_digits()));
    } else if (digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20")) &&
               digits[2] != '0') {
      say(number_words(value_of(digits) / 100) + " " + number_words(value_of(digits) % 100));
    } else {
      say(cardinal(digits));
    }
  }

  /// "10:30" and "14:05"; hours past noon are said as the clock on the wall shows them.
  bool take_time() {
    const auto start = at_;
    const auto hour_digits = take_digits();
    const bool shape = hour_digits.size() <= 2 && peek() == ':' && is_digit(peek(1)) &&
                       is_digit(peek(2)) && !is_digit(peek(3)) && peek(3) != ':';
    if (!shape || value_of(hour_digits) > 23 || text_[at_ + 1] > '5') {
      at_ = start;
      return false;
    }
    ++at_;
    const auto minute_digits = take_digits();
    say(time_words(value_of(hour_digits), value_of(minute_digits)));
    return true;
  }

  std::string time_words(unsigned long long hour, unsigned long long minute) const {
    const auto next = std::min(text_.find_first_not_of(' ', at_), text_.size());
    const bool marked = meridiem_length(text_.substr(next)) > 0;
    std::string words = number_words(hour % 12 == 0 ? 12 : hour % 12);
    if (minute == 0) {
      words += marked || hour > 12 ? "" : " o'clock";
    } else {
      words += (minute < 10 ? " oh " : " ") + number_words(minute);
    }
    return hour > 12 && !marked ? words + " p.m." : words;
  }

  /// Groups of digits joined by hyphens, as numbers to dial are written.
  bool take_phone() {
    auto end = at_;
    std::string digits;
    bool hyphen = false;
    for (; end < text_.size(); ++end) {
      const bool joins = text_[end] == '-' && end + 1 < text_.size() && is_digit(text_[end + 1]);
      if (!is_digit(text_[end]) && !joins) break;
      hyphen = hyphen || joins;
      if (!joins) digits += text_[end];
    }
    if (!hyphen || digits.size() < kShortestPhone) return false;
    std::string words;
    for (; at_ < end; ++at_) {
      if (text_[at_] == '-') {
        words += ',';
      } else {
        words += (words.empty() ? "" : " ") + digit_words(text_.substr(at_, 1));
      }
    }
    say(words);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

/// After a clock's number every spelling becomes "a.m." or "p.m.": flite is silent for "AM" and
/// says "uh m" for "a m".
std::string mark_meridiems(std::string_view text) {
  std::string out;
  std::string word;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = word.empty() ? meridiem_length(text.substr(at)) : 0;
    const auto before = out.find_last_not_of(' ');
    const auto start = before == std::string::npos ? before : out.find_last_of(' ', before);
    const auto first = start == std::string::npos ? 0 : start + 1;
    if (length > 0 && before != std::string::npos &&
        is_clock_word(to_lower_ascii(std::string_view(out).substr(first, before + 1 - first)))) {
      out += to_lower_ascii(text.substr(at, 1)) + ".m.";
      at += length;
      continue;
    }
    word = is_letter(text[at]) ? word + text[at] : std::string{};
    out += text[at++];
  }
  return out;
}

}  // namespace

std::string spell_out(std::string_view text) {
  const std::string ascii = to_ascii(text);
  return mark_meridiems(Speller(ascii).run());
}

}  // namespace callosum::provider::offline::speech
