#include "policy/consent_grammar.hpp"

#include <algorithm>
#include <bitset>
#include <span>
#include <string>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>
#include <vector>

#include "base/text.hpp"
#include "policy/consent_words.hpp"

namespace callosum::policy {
namespace {

namespace words = consent_words;
using Phrases = std::span<const std::string_view>;

// Who agrees does so in a breath; a longer turn says something else besides.
constexpr std::size_t kMaxBytes = 1024;
constexpr std::size_t kMaxYesCharacters = 120;

/// A turn as the grammar sees it: words with one blank between them, and what stood around them.
struct Turn {
  std::string text;
  bool is_plain = true;  ///< no sign of a question, a quotation, a cut or anything unknown
};

bool is_apostrophe(UChar32 c) {
  return c == '\'' || c == 0x2019 || c == 0x2BC || c == 0x60 || c == 0xB4;
}
bool is_pause(UChar32 c) {
  return c == '.' || c == ',' || c == '!' || c == ':' || c == ';' || c == '-' || c == 0x2010 ||
         c == 0x2011 || c == 0x2013 || c == 0x2014;
}

/// Three and more of a letter are one: "yesss", "nooo".
void squeeze(std::string& word) {
  std::string out;
  for (std::size_t i = 0; i < word.size();) {
    std::size_t run = 1;
    while (i + run < word.size() && word[i + run] == word[i]) ++run;
    const bool is_letter = word[i] >= 'a' && word[i] <= 'z';
    out.append(is_letter && run > 2 ? 1 : run, word[i]);
    i += run;
  }
  word = std::move(out);
}

bool is_spelled(std::string_view word) {
  return word.size() == 1 && word != "i" && word != "a" && word[0] >= 'a' && word[0] <= 'z';
}

/// "o k" and "n. o." are words spelled out; the t of "don t" goes back to where it came from.
std::string join_words(const std::vector<std::string>& list) {
  std::string out;
  std::string spelled;
  const auto end_spelled = [&] {
    if (spelled.empty()) return;
    if (!out.empty()) out += ' ';
    out += spelled;
    if (spelled.size() > 2 && spelled.find("no") != std::string::npos) out += " no";  // "o k n o"
    spelled.clear();
  };
  for (const auto& word : list) {
    if (word == "t" && spelled.empty() && out.ends_with('n')) {
      out += word;
    } else if (is_spelled(word)) {
      spelled += word;
    } else {
      end_spelled();
      if (!out.empty()) out += ' ';
      out += word;
    }
  }
  end_spelled();
  return out;
}

class Reader {
 public:
  Turn read(const icu::UnicodeString& folded) {
    for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
      take(folded.char32At(i));
    }
    end_word();
    // "yes..." and "yes, -" were going on.
    if (pauses_ > 1 || last_pause_ == '-' || last_pause_ == ',' || last_pause_ == ':' ||
        last_pause_ == ';') {
      turn_.is_plain = false;
    }
    turn_.text = join_words(list_);
    return std::move(turn_);
  }

 private:
  void take(UChar32 c) {
    if (!is_apostrophe(c) && (u_isalpha(c) != 0 || u_charType(c) == U_NON_SPACING_MARK)) {
      if (c > 0x7F) turn_.is_plain = false;
      icu::UnicodeString(c).toUTF8String(word_);
      pauses_ = 0;
      last_pause_ = 0;
      return;
    }
    if (is_apostrophe(c)) {
      if (word_.empty()) turn_.is_plain = false;  // opens a quotation, or cuts a word
      return;
    }
    end_word();
    if (u_isUWhiteSpace(c) != 0) return;
    if (!is_pause(c)) turn_.is_plain = false;
    if (c != '!') ++pauses_;
    if (pauses_ > 1) turn_.is_plain = false;
    last_pause_ = c == 0x2010 || c == 0x2011 || c == 0x2013 || c == 0x2014 ? '-' : c;
  }

  void end_word() {
    if (word_.empty()) return;
    squeeze(word_);
    list_.push_back(std::move(word_));
    word_.clear();
  }

  Turn turn_;
  std::vector<std::string> list_;
  std::string word_;
  int pauses_ = 0;  // since the last word, but for exclamation marks
  UChar32 last_pause_ = 0;
};

/// Whether the phrase stands at `at`, whole words only.
bool stands_at(std::string_view text, std::size_t at, std::string_view phrase) {
  const auto rest = text.substr(at);
  return rest.starts_with(phrase) && (rest.size() == phrase.size() || rest[phrase.size()] == ' ');
}

bool has_denial(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    for (const auto phrase : words::kDenial) {
      if (stands_at(text, at, phrase)) return true;
    }
    const auto blank = text.find(' ', at);
    at = blank == std::string_view::npos ? text.size() : blank + 1;
  }
  return false;
}

/// Letters of other alphabets as the Latin ones they look like, without marks: a no in disguise is
/// still a no. (A yes in disguise is none.)
std::string look_of(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::LocalUSpoofCheckerPointer checker(uspoof_open(&status));
  if (U_FAILURE(status)) return {};
  const auto source = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  icu::UnicodeString skeleton;
  uspoof_getSkeletonUnicodeString(checker.getAlias(), 0, source, skeleton, &status);
  if (U_FAILURE(status)) return {};
  icu::UnicodeString bare;
  for (std::int32_t i = 0; i < skeleton.length(); i = skeleton.moveIndex32(i, 1)) {
    const auto c = skeleton.char32At(i);
    if (u_charType(c) != U_NON_SPACING_MARK) bare.append(c);
  }
  std::string out;
  bare.toUTF8String(out);
  return fold_name(out);
}

/// Splits a turn into phrases: which kinds of them, is a set of bits; which such sets are possible
/// up to each place, is what is worked out.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), ways_(text.size() + 2) {}

  bool is_yes() {
    ways_[0].set(0);
    for (std::size_t at = 0; at < text_.size(); ++at) {
      if (ways_[at].any()) step(at);
    }
    const auto& ends = ways_[text_.size() + 1];  // behind the blank that would follow
    for (unsigned kinds = 0; kinds < 8; ++kinds) {
      const bool is_enough = (kinds & kAssent) != 0 || kinds == kWeak;
      if (ends.test(kinds) && is_enough) return true;
    }
    return false;
  }

 private:
  static constexpr unsigned kAssent = 1;
  static constexpr unsigned kWeak = 2;
  static constexpr unsigned kFiller = 4;

  void step(std::size_t at) {
    std::size_t from = at;
    if (at > 0 && text_.substr(at).starts_with("and ")) from += 4;
    phrases(at, from, words::kAssent, kAssent);
    phrases(at, from, words::kWeak, kWeak);
    pairs(at, from, words::kSaysOf, words::kWell);
    pairs(at, from, words::kDo, words::kThing);
    phrases(at, at, words::kPolite, 0);  // not behind an "and": "yes and please" goes on
    phrases(at, at, words::kFiller, kFiller);
    for (const auto sound : words::kHesitation) {
      const auto to = at + sound.size() + 1;
      if (to < text_.size() && stands_at(text_, at, sound)) reach(at, to, kFiller);
    }
  }

  void phrases(std::size_t at, std::size_t from, Phrases list, unsigned kind) {
    for (const auto phrase : list) {
      if (stands_at(text_, from, phrase)) reach(at, from + phrase.size() + 1, kind);
    }
  }

  void pairs(std::size_t at, std::size_t from, Phrases firsts, Phrases seconds) {
    for (const auto first : firsts) {
      if (!stands_at(text_, from, first)) continue;
      const auto next = from + first.size() + 1;
      if (next < text_.size()) phrases(at, next, seconds, kAssent);
    }
  }

  void reach(std::size_t at, std::size_t to, unsigned kind) {
    for (unsigned kinds = 0; kinds < 8; ++kinds) {
      if (ways_[at].test(kinds)) ways_[to].set(kinds | kind);
    }
  }

  std::string_view text_;
  std::vector<std::bitset<8>> ways_;
};

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

}  // namespace

std::string_view to_string(Assent assent) {
  switch (assent) {
    case Assent::yes:
      return "yes";
    case Assent::no:
      return "no";
    case Assent::unclear:
      break;
  }
  return "unclear";
}

Assent judge_assent(std::string_view utterance) {
  if (utterance.size() > kMaxBytes || !is_valid_utf8(utterance)) return Assent::unclear;
  const auto folded = fold_name(utterance);
  const auto turn = Reader().read(icu::UnicodeString::fromUTF8(folded));
  if (has_denial(turn.text)) return Assent::no;
  if (!is_ascii(turn.text) && has_denial(look_of(turn.text))) return Assent::no;
  const bool may_be_yes = turn.is_plain && turn.text.size() <= kMaxYesCharacters;
  return may_be_yes && Parser(turn.text).is_yes() ? Assent::yes : Assent::unclear;
}

}  // namespace callosum::policy
