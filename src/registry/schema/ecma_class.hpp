#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace callosum::registry::schema {

/// Where the translation of a pattern has come to.
class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}

  bool more() const { return at_ < text_.size(); }
  char peek() const { return more() ? text_[at_] : '\0'; }
  char take() { return text_[at_++]; }
  void skip(std::size_t bytes) { at_ += bytes; }
  std::string_view rest() const { return text_.substr(at_); }
  bool take_if(std::string_view prefix) {
    if (!rest().starts_with(prefix)) return false;
    at_ += prefix.size();
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// One character of a pattern, or a set such as `\d` in ICU's words.
struct PatternAtom {
  std::uint32_t code = 0;
  std::string set;  ///< not empty: a set; `code` means nothing

  std::string text() const;
};

/// Reads an escape; the reader stands on its backslash. `\b` and back references are the caller's
/// outside a class.
Result<PatternAtom> take_escape(PatternReader& in, bool in_class);

/// Reads `[…]`; the reader stands on its bracket.
Result<std::string> translate_class(PatternReader& in);

}  // namespace callosum::registry::schema
