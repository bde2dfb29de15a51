#include "registry/manifest/semver.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace callosum::registry {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && (text.size() == 1 || text[0] != '0') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::uint32_t to_number(std::string_view text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Dot-separated identifiers, none empty: what follows `-` and `+`.
bool is_label(std::string_view text) {
  const auto parts = split(text, '.');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
  });
}

}  // namespace

std::optional<SemVer> parse_semver(std::string_view text) {
  if (text.size() > 64) return std::nullopt;
  const auto plus = text.find('+');
  if (plus != std::string_view::npos && !is_label(text.substr(plus + 1))) return std::nullopt;
  text = text.substr(0, plus);
  const auto minus = text.find('-');
  if (minus != std::string_view::npos && !is_label(text.substr(minus + 1))) return std::nullopt;
  const auto parts = split(text.substr(0, minus), '.');
  if (parts.size() != 3 || !std::all_of(parts.begin(), parts.end(), is_number)) {
    return std::nullopt;
  }
  return SemVer{to_number(parts[0]), to_number(parts[1]), to_number(parts[2])};
}

}  // namespace callosum::registry
