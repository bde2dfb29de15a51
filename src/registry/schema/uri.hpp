#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace callosum::registry::schema {

/// The parts of a URI reference (RFC 3986 appendix B). Views into the text.
struct UriParts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

UriParts split_uri(std::string_view uri);

/// RFC 3986 section 5.2. The fragment is the reference's.
std::string resolve_uri(std::string_view base, std::string_view reference);

std::string_view without_fragment(std::string_view uri);
std::string_view fragment_of(std::string_view uri);

/// `%2F` becomes `/`; nothing where an escape is broken.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace callosum::registry::schema
