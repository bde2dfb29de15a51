// Names that look like another one: whoever reads "delete_" has read it, whatever the letters are.
#include <algorithm>
#include <array>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include "base/text.hpp"

namespace callosum {

namespace {

/// Longer ones are no tool's; what they begin with is judged all the same.
constexpr std::size_t kMaxJudged = 1024;

icu::UnicodeString to_utf16(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

/// The Latin letter that a character's name says it is a kind of ("LATIN SMALL LETTER D WITH
/// STROKE", "LATIN LETTER SMALL CAPITAL D", "NEGATIVE SQUARED LATIN CAPITAL LETTER D"); 0: of none.
char latin_letter_of(UChar32 c) {
  std::array<char, 128> buffer{};
  UErrorCode status = U_ZERO_ERROR;
  u_charName(c, U_UNICODE_CHAR_NAME, buffer.data(), buffer.size(), &status);
  if (U_FAILURE(status)) return 0;
  const std::string_view name(buffer.data());
  const auto at = name.find("LETTER ");
  const bool is_latin =
      name.find("LATIN") != std::string_view::npos || name.starts_with("REGIONAL INDICATOR");
  if (!is_latin || at == std::string_view::npos) return 0;
  for (const auto word : split(name.substr(at), ' ')) {
    if (word.size() == 1) return to_lower_ascii(word).front();
  }
  return 0;
}

/// What is left when marks, what cannot be seen, case and kinds of letters are not looked at.
std::string plain_letters(const icu::UnicodeString& text) {
  std::string out;
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const auto c = text.char32At(i);
    const bool is_mark = (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
    if (is_mark || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) continue;
    const char letter = c < 0x80 ? static_cast<char>(c) : latin_letter_of(c);
    if (letter != 0) {
      out += letter;
    } else {
      icu::UnicodeString(c).toUTF8String(out);
    }
  }
  return to_lower_ascii(out);
}

icu::UnicodeString skeleton_of(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::LocalUSpoofCheckerPointer checker(uspoof_open(&status));
  icu::UnicodeString skeleton;
  if (U_SUCCESS(status)) {
    uspoof_getSkeletonUnicodeString(checker.getAlias(), 0, text, skeleton, &status);
  }
  return U_SUCCESS(status) ? skeleton : text;
}

bool says_destructive(std::string_view name) {
  // A skeleton's "m" is "rn".
  return name.starts_with("delete_") || name.find("drop_schema") != std::string_view::npos ||
         name.find("drop_scherna") != std::string_view::npos;
}

/// With letters of other alphabets, in either case: a Greek capital looks like another letter than
/// its small one.
bool looks_destructive(const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* decompose = icu::Normalizer2::getNFKDInstance(status);
  if (U_FAILURE(status)) return true;  // unreadable is not harmless
  for (const auto& spelling : {to_utf16(name), to_utf16(fold_name(name))}) {
    const auto apart = decompose->normalize(spelling, status);
    if (U_FAILURE(status)) return true;
    const bool is_destructive =
        says_destructive(plain_letters(apart)) ||
        says_destructive(plain_letters(skeleton_of(apart))) ||
        says_destructive(plain_letters(skeleton_of(to_utf16(plain_letters(apart)))));
    if (is_destructive) return true;
  }
  return false;
}

}  // namespace

std::string fold_name(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status)) return to_lower_ascii(text);
  std::string out;
  fold->normalize(to_utf16(text), status).toUTF8String(out);
  return U_SUCCESS(status) ? out : to_lower_ascii(text);
}

bool is_destructive_name(std::string_view name) {
  const bool is_ascii = std::all_of(name.begin(), name.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  // Its own letters are what they are: no tool in plain letters is taken for another.
  if (is_ascii) {
    const auto lower = to_lower_ascii(name);
    return lower.starts_with("delete_") || lower.find("drop_schema") != std::string::npos;
  }
  if (says_destructive(fold_name(name))) return true;
  return looks_destructive(std::string(name.substr(0, kMaxJudged)));
}

}  // namespace callosum
