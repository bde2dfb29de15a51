#include "config/value_rules.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "config/masking.hpp"

namespace callosum::config {
namespace {

constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::size_t kMaxSecretBytes = 16 * 1024;

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool is_variable_name(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return name.size() <= 100 && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), is_part);
}

bool is_host_and_port(std::string_view text) {
  if (text.empty() || text.size() > 300 || text.front() == ':') return false;
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:[]").find(c) != std::string_view::npos;
  };
  if (!std::all_of(text.begin(), text.end(), is_part)) return false;
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port) return true;
  const auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return read.ec == std::errc() && read.ptr == digits.data() + digits.size() && port > 0;
}

bool is_url(std::string_view text) {
  for (const std::string_view scheme : {"wss://", "ws://", "https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const auto rest = text.substr(scheme.size());
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    const bool fragment = text.find('#') != std::string_view::npos;
    return !fragment && text.find(' ') == std::string_view::npos && is_host_and_port(authority);
  }
  return false;
}

bool is_origin(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) return is_host_and_port(text.substr(scheme.size()));
  }
  return false;
}

std::string problem_of_kind(const KeySpec& spec, std::string_view text) {
  switch (spec.kind) {
    case Kind::word: {
      const bool known = std::find(spec.words.begin(), spec.words.end(), text) != spec.words.end();
      return known ? "" : expected(spec) + ", not " + quote_briefly(text);
    }
    case Kind::name:
      return match_key("providers." + std::string(text) + ".url").spec
                 ? ""
                 : "expected a name of a-z, 0-9, - and _, not " + quote_briefly(text);
    case Kind::variable:
      return is_variable_name(text) ? ""
                                    : "expected the name of an environment variable in capitals, "
                                      "such as OPENAI_API_KEY, not the key itself";
    case Kind::url:
      return is_url(text) ? ""
                          : "expected a ws, wss, http or https URL with a host, without user, "
                            "password and fragment";
    case Kind::database:
      if (text.starts_with("postgresql:") || text.starts_with("postgres:")) {
        return "PostgreSQL is not in this version: expected the path of a SQLite file";
      }
      return text.find("://") == std::string_view::npos &&
                     text.find("password=") == std::string_view::npos
                 ? ""
                 : "expected the path of a SQLite file";
    case Kind::origins:
      return is_origin(text)
                 ? ""
                 : "expected an origin such as https://shop.example, without a path, not " +
                       quote_briefly(text);
    default:
      return "";
  }
}

}  // namespace

std::string expected(const KeySpec& spec) {
  if (spec.kind == Kind::integer) {
    return "expected a whole number from " + std::to_string(spec.min) + " to " +
           std::to_string(spec.max);
  }
  if (spec.kind == Kind::word) {
    std::vector<std::string> words;
    for (const auto word : spec.words) words.push_back(word.empty() ? "\"\"" : std::string(word));
    return "expected one of " + join(words, ", ");
  }
  return "expected " + std::string(describe(spec.kind));
}

std::string problem_of(const KeySpec& spec, std::string_view text) {
  if (spec.kind == Kind::secret) {
    if (text == kMask) return "expected the secret itself; *** stands for one that was masked";
    return text.size() > kMaxSecretBytes ? "longer than 16 KiB" : "";
  }
  if (text.size() > kMaxTextBytes) return "longer than 4096 bytes";
  if (has_controls(text)) return "expected one line without control characters";
  const bool may_be_empty = spec.kind != Kind::word && spec.kind != Kind::origins;
  if (text.empty() && may_be_empty) return "";
  return problem_of_kind(spec, text);
}

}  // namespace callosum::config
