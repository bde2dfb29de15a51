#include <memory>
#include <string_view>
#include <unicode/idna.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "registry/schema/format.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::int32_t kMaxHostUnits = 253;

/// RFC 5892: letters, digits and marks may stand in a label; so may, and may not, a few exceptions
/// (section 2.6) that UTS #46 sees otherwise. ASCII is checked already.
bool is_disallowed(UChar32 c) {
  constexpr std::u32string_view kAllowed =
      U"\u00B7\u0375\u05F3\u05F4\u06FD\u06FE\u0F0B\u200C\u200D\u3007\u30FB";
  constexpr std::u32string_view kRefused =
      U"\u0640\u07FA\u302E\u302F\u3031\u3032\u3033\u3034\u3035\u303B";
  const auto code = static_cast<char32_t>(c);
  if (c < 0x80 || kAllowed.find(code) != kAllowed.npos) return false;
  constexpr std::uint32_t kLetterDigits = U_GC_LL_MASK | U_GC_LU_MASK | U_GC_LO_MASK |
                                          U_GC_LM_MASK | U_GC_ND_MASK | U_GC_MN_MASK | U_GC_MC_MASK;
  return (U_GET_GC_MASK(c) & kLetterDigits) == 0 || kRefused.find(code) != kRefused.npos;
}

bool has_disallowed(const icu::UnicodeString& text) {
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    if (is_disallowed(text.char32At(i))) return true;
  }
  return false;
}

}  // namespace

bool is_idn_hostname(std::string_view text) {
  if (text.empty() || text.size() > 4 * kMaxHostUnits) return false;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::IDNA> idna(icu::IDNA::createUTS46Instance(
      UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_CHECK_CONTEXTO |
          UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
      status));
  if (U_FAILURE(status)) return false;
  const auto source = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  icu::UnicodeString unicode;
  icu::UnicodeString ascii;
  icu::IDNAInfo unicode_info;
  icu::IDNAInfo ascii_info;
  idna->nameToUnicode(source, unicode, unicode_info, status);
  idna->nameToASCII(source, ascii, ascii_info, status);
  if (U_FAILURE(status) || unicode_info.hasErrors() || ascii_info.hasErrors()) return false;
  if (ascii.length() > kMaxHostUnits || ascii.endsWith(u'.')) return false;
  return !has_disallowed(unicode);
}

}  // namespace callosum::registry::schema
