// Whatever the strict parser lets in has one canonical spelling, which reads back as the same
// value.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  callosum::JsonLimits arguments;
  arguments.safe_integers = true;
  const auto strict = callosum::parse_strict(text, arguments);
  const auto value = callosum::parse_strict(text);
  if (strict && !value) std::abort();
  if (!value) return 0;

  const std::string canonical = callosum::canonical_json(*value);
  // Escapes may be spelled longer than they came; the reader is not to refuse its own writer for
  // that.
  callosum::JsonLimits roomy;
  roomy.max_bytes = canonical.size() + 1;
  const auto again = callosum::parse_strict(canonical, roomy);
  if (!again) std::abort();
  if (callosum::canonical_json(*again) != canonical) std::abort();
  return 0;
}
