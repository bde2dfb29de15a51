// The YAML 1.2 core schema (chapter 10.3): what a plain scalar's spelling says of its type.
#include <charconv>
#include <cmath>

#include "registry/manifest/yaml_tree.hpp"

namespace callosum::registry {
namespace {

namespace json = boost::json;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class Number>
std::optional<Number> read_all(std::string_view text, int base) {
  Number number{};
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, base);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

std::optional<json::value> read_based(std::string_view digits, int base) {
  if (digits.empty() || digits[0] == '-') return std::nullopt;
  if (const auto number = read_all<std::int64_t>(digits, base)) return *number;
  if (const auto number = read_all<std::uint64_t>(digits, base)) return *number;
  return std::nullopt;
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float_spelling(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const auto skip_digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  const std::size_t whole = skip_digits();
  std::size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    fraction = skip_digits();
  }
  if (whole + fraction == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (skip_digits() == 0) return false;
  }
  return at == text.size();
}

std::optional<json::value> read_number(std::string_view text) {
  if (text.starts_with("0x")) return read_based(text.substr(2), 16);
  if (text.starts_with("0o")) return read_based(text.substr(2), 8);
  if (!is_float_spelling(text)) return std::nullopt;
  std::string_view unsigned_plus = text;
  if (text[0] == '+') unsigned_plus.remove_prefix(1);
  if (const auto number = read_all<std::int64_t>(unsigned_plus, 10)) return *number;
  if (const auto number = read_all<std::uint64_t>(unsigned_plus, 10)) return *number;
  double number = 0;
  const auto end = unsigned_plus.data() + unsigned_plus.size();
  const auto parsed = std::from_chars(unsigned_plus.data(), end, number);
  // JSON has no infinity: what does not fit stays the text that it is.
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

json::value read_plain(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return nullptr;
  }
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (auto number = read_number(text)) return std::move(*number);
  return json::value(text);
}

}  // namespace

json::value to_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return nullptr;
    case YamlNode::Kind::scalar:
      return node.is_plain ? read_plain(node.text) : json::value(node.text);
    case YamlNode::Kind::sequence: {
      json::array out;
      out.reserve(node.items.size());
      for (const auto& item : node.items) out.push_back(to_json(item));
      return out;
    }
    case YamlNode::Kind::map: {
      json::object out;
      out.reserve(node.members.size());
      for (const auto& member : node.members) out.emplace(member.key, to_json(member.value));
      return out;
    }
  }
  return nullptr;
}

std::string_view describe(const YamlNode& node) {
  if (node.is_map()) return "a map";
  if (node.is_sequence()) return "a list";
  const json::value value = to_json(node);
  if (value.is_null()) return "nothing";
  if (value.is_bool()) return "true or false";
  return value.is_string() ? "text" : "a number";
}

}  // namespace callosum::registry
