#pragma once

#include <string>
#include <string_view>

namespace callosum::provider::offline::speech {

/// The nearest plain letters: "café – £5" becomes "cafe - ..." with typographic marks as ASCII
/// ones, accents dropped, currency signs written as "GBP " and "EUR ", anything else a space. flite
/// and the dictionary know nothing beyond ASCII.
std::string to_ascii(std::string_view text);

}  // namespace callosum::provider::offline::speech
