#include "tool/http/text_template.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "tool/run_fields.hpp"

namespace callosum::tool::http {
namespace {

constexpr int kDeepest = 3;
constexpr std::size_t kMostNames = 256;

void add_properties(const json::object& schema, const std::string& prefix, int depth,
                    Names& names) {
  const auto* properties = find_object(schema, "properties");
  if (properties == nullptr) return;
  for (const auto& property : *properties) {
    if (property.key().find('.') != std::string_view::npos || names.size() >= kMostNames) continue;
    const auto name = prefix + std::string(property.key());
    names.insert(name);
    const auto* inner = property.value().if_object();
    if (inner != nullptr && depth < kDeepest) add_properties(*inner, name + ".", depth + 1, names);
  }
}

}  // namespace

void add_names(const json::object& schema, Names& names) { add_properties(schema, "", 1, names); }

const json::value* find_argument(const json::object& arguments, std::string_view name) {
  const json::object* at = &arguments;
  while (true) {
    const auto dot = name.find('.');
    const auto* value = at->if_contains(name.substr(0, dot));
    if (value == nullptr || dot == std::string_view::npos) return value;
    at = value->if_object();
    if (at == nullptr) return nullptr;
    name.remove_prefix(dot + 1);
  }
}

Result<TextTemplate> TextTemplate::parse(std::string_view text, const Names& known) {
  TextTemplate out;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) out.pieces_.push_back({std::exchange(literal, {}), false});
  };
  while (!text.empty()) {
    const char c = text[0];
    const bool is_brace = c == '{' || c == '}';
    const bool is_doubled = is_brace && text.size() > 1 && text[1] == c;
    if (!is_brace || is_doubled) {
      literal += c;
      text.remove_prefix(is_doubled ? 2 : 1);
      continue;
    }
    const auto end = text.find('}');
    if (c == '}' || end == std::string_view::npos) {
      return fail(ErrorType::validation,
                  "a brace without the other; expected {argument}, or {{ and }} for braces");
    }
    const std::string name(text.substr(1, end - 1));
    if (!known.contains(name)) {
      return fail(ErrorType::validation,
                  "{" + name + "} is no argument of this tool" + hint_of(name, known));
    }
    end_literal();
    out.pieces_.push_back({name, true});
    text.remove_prefix(end + 1);
  }
  end_literal();
  return out;
}

bool TextTemplate::has_arguments() const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.is_argument; });
}

std::string_view TextTemplate::only_argument() const {
  const bool is_one = pieces_.size() == 1 && pieces_[0].is_argument;
  return is_one ? std::string_view(pieces_[0].text) : std::string_view();
}

Result<std::optional<std::string>> TextTemplate::fill(const json::object& arguments) const {
  std::string out;
  for (const auto& piece : pieces_) {
    if (!piece.is_argument) {
      out += piece.text;
      continue;
    }
    const auto value = text_of(arguments, piece.text);
    if (!value) return value.error();
    if (!*value) return std::optional<std::string>();
    out += **value;
  }
  return std::optional<std::string>(std::move(out));
}

Result<std::optional<std::string>> text_of(const json::object& arguments, std::string_view name) {
  const auto* value = find_argument(arguments, name);
  if (value == nullptr || value->is_null()) return std::optional<std::string>();
  if (const auto* text = value->if_string()) return std::optional<std::string>(*text);
  if (!value->is_structured()) return std::optional<std::string>(canonical_json(*value));
  return fail(ErrorType::validation, std::string(name) + ": expected text or a number");
}

}  // namespace callosum::tool::http
