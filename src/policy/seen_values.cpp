#include "policy/seen_values.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace callosum::policy {
namespace {

// Longer texts are prose, and no identifiers.
constexpr std::size_t kMaxValueBytes = 128;
constexpr std::size_t kMaxLeaves = 4096;
constexpr std::size_t kMaxWordsBytes = 8192;
constexpr std::size_t kMaxRunBytes = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

struct NumberWord {
  std::string_view word;
  std::string_view digits;
};
constexpr std::array kOnes{
    NumberWord{"zero", "0"},  NumberWord{"oh", "0"},    NumberWord{"nought", "0"},
    NumberWord{"one", "1"},   NumberWord{"two", "2"},   NumberWord{"three", "3"},
    NumberWord{"four", "4"},  NumberWord{"five", "5"},  NumberWord{"six", "6"},
    NumberWord{"seven", "7"}, NumberWord{"eight", "8"}, NumberWord{"nine", "9"}};
constexpr std::array kTeens{NumberWord{"ten", "10"},      NumberWord{"eleven", "11"},
                            NumberWord{"twelve", "12"},   NumberWord{"thirteen", "13"},
                            NumberWord{"fourteen", "14"}, NumberWord{"fifteen", "15"},
                            NumberWord{"sixteen", "16"},  NumberWord{"seventeen", "17"},
                            NumberWord{"eighteen", "18"}, NumberWord{"nineteen", "19"}};
constexpr std::array kTens{NumberWord{"twenty", "2"}, NumberWord{"thirty", "3"},
                           NumberWord{"forty", "4"},  NumberWord{"fifty", "5"},
                           NumberWord{"sixty", "6"},  NumberWord{"seventy", "7"},
                           NumberWord{"eighty", "8"}, NumberWord{"ninety", "9"}};

template <std::size_t N>
std::string_view digits_of(const std::array<NumberWord, N>& table, std::string_view word) {
  for (const auto& row : table) {
    if (row.word == word) return row.digits;
  }
  return {};
}

/// The words of a turn, from left to right, with what they spell together.
class Spelling {
 public:
  explicit Spelling(std::vector<std::string> words) : words_(std::move(words)) {}

  template <class Add>
  void each(Add add) {
    for (std::size_t i = 0; i < words_.size();) {
      const auto& word = words_[i];
      const auto digits = digits_at(i);
      if (digits.empty() && word.size() > 1) {
        end_run(add);
        before_ = word;
        add(word);
        ++i;
        continue;
      }
      if (word.size() > 1 && is_number(word)) add(word);
      const bool is_letter = digits.empty();
      if (is_letter) end_digits(add);
      const auto& part = is_letter ? word : digits;
      if (!is_letter) digits_ += part;
      run_ += part;
      if (run_.size() > kMaxRunBytes) clear();
      i += is_letter ? 1 : taken_;
    }
    end_run(add);
  }

 private:
  /// "2416", "four", "double four", "twenty four" as digits; sets how many words that takes.
  std::string digits_at(std::size_t at) {
    taken_ = 1;
    const auto& word = words_[at];
    if (is_number(word)) return word;
    if (const auto one = digits_of(kOnes, word); !one.empty()) return std::string(one);
    if (const auto teen = digits_of(kTeens, word); !teen.empty()) return std::string(teen);
    const bool has_next = at + 1 < words_.size();
    const std::string_view next = has_next ? std::string_view(words_[at + 1]) : "";
    auto one = digits_of(kOnes, next);
    if (one.empty() && next.size() == 1 && is_number(next)) one = next;
    if (const auto ten = digits_of(kTens, word); !ten.empty()) {
      const bool has_one = !one.empty() && one != "0";
      taken_ = has_one ? 2 : 1;
      return std::string(ten) + (has_one ? std::string(one) : "0");
    }
    const std::size_t times = word == "double" ? 2 : word == "triple" ? 3 : 0;
    if (times == 0 || one.empty()) return {};
    taken_ = 2;
    return std::string(times, one[0]);
  }

  template <class Add>
  void end_digits(Add add) {
    if (!digits_.empty()) add(digits_);
    digits_.clear();
  }

  /// "a c c 1 0 4 2" is acc1042, and so is "acc 1042".
  template <class Add>
  void end_run(Add add) {
    end_digits(add);
    if (run_.empty()) return;
    add(run_);
    if (!before_.empty()) add(before_ + run_);
    clear();
    before_.clear();
  }

  void clear() {
    run_.clear();
    digits_.clear();
  }

  std::vector<std::string> words_;
  std::string before_;  // the word in front of the run
  std::string run_;     // letters and digits said one by one
  std::string digits_;  // those at its end that are digits alone
  std::size_t taken_ = 1;
};

}  // namespace

std::string loose_form(std::string_view value) {
  std::string out;
  const bool is_ascii =
      std::all_of(value.begin(), value.end(), [](char c) { return (c & 0x80) == 0; });
  for (const char c : is_ascii ? to_lower_ascii(value) : fold_name(value)) {
    const bool is_kept = (c & 0x80) != 0 || is_digit(c) || (c >= 'a' && c <= 'z');
    if (is_kept) out += c;
  }
  return out;
}

void SeenValues::Ring::add(std::uint64_t hash) {
  if (!known_.insert(hash).second) return;
  order_.push_back(hash);
  if (order_.size() <= most_) return;
  known_.erase(order_.front());
  order_.pop_front();
}

void SeenValues::add_leaves(const boost::json::value& data, std::size_t& left) {
  if (left == 0) return;
  if (const auto* object = data.if_object()) {
    for (const auto& member : *object) add_leaves(member.value(), left);
  } else if (const auto* list = data.if_array()) {
    for (const auto& item : *list) add_leaves(item, left);
  } else if (data.is_int64()) {
    --left;
    results_.add(hash_(std::to_string(data.get_int64())));
  } else if (data.is_uint64()) {
    --left;
    results_.add(hash_(std::to_string(data.get_uint64())));
  } else if (const auto* text = data.if_string();
             text && !text->empty() && text->size() <= kMaxValueBytes) {
    --left;
    results_.add(hash_(*text));
  }
}

void SeenValues::add_result(const boost::json::value& data) {
  std::size_t left = kMaxLeaves;
  add_leaves(data, left);
}

void SeenValues::add_spoken(std::string_view loose) {
  if (!loose.empty() && loose.size() <= kMaxValueBytes) words_.add(hash_(loose));
}

void SeenValues::add_words(std::string_view text) {
  text = text.substr(0, kMaxWordsBytes);
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \t\r\n"), text.size());
    auto word = loose_form(text.substr(0, end));
    if (!word.empty()) words.push_back(std::move(word));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  Spelling(std::move(words)).each([this](const std::string& value) { add_spoken(value); });
}

bool SeenValues::contains(std::string_view value) const {
  if (results_.contains(hash_(value))) return true;
  const auto loose = loose_form(value);
  return !loose.empty() && words_.contains(hash_(loose));
}

}  // namespace callosum::policy
