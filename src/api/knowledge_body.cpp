#include "api/knowledge_body.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace callosum::api {

namespace {

constexpr std::size_t kMaxListed = 20;

std::size_t count_chars(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

/// It is spoken: no control characters but those that lay out a text.
bool is_sayable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f;
  });
}

bool is_text(const json::value& value, std::size_t max_chars) {
  const auto* text = value.if_string();
  return text && !trim(*text).empty() && count_chars(*text) <= max_chars && is_sayable(*text);
}

bool is_list(const json::value& value, std::size_t max_chars) {
  if (value.is_null()) return true;
  const auto* list = value.if_array();
  return list && list->size() <= kMaxListed &&
         std::all_of(list->begin(), list->end(),
                     [&](const json::value& item) { return is_text(item, max_chars); });
}

/// As it will be stored, shown and said: nothing in it that only a model sees.
json::value without_invisible(const json::value& value) {
  if (const auto* text = value.if_string()) return json::value(strip_invisible(*text));
  const auto* list = value.if_array();
  if (!list) return value;
  json::array out;
  for (const auto& item : *list) out.push_back(without_invisible(item));
  return out;
}

std::string expectation(const storage::KnowledgeField& field) {
  const auto text =
      "1 to " + std::to_string(field.max_chars) + " characters, none of them a control character";
  if (!field.is_list) return "expected a text of " + text;
  return "expected null or a list of at most " + std::to_string(kMaxListed) + " texts of " + text;
}

std::string names_of(const storage::KnowledgeTable& table) {
  std::vector<std::string> names;
  for (const auto& field : table.fields) names.emplace_back(field.name);
  return join(names, ", ");
}

std::string unknown(const storage::KnowledgeTable& table, std::string_view key) {
  std::vector<std::string_view> names;
  for (const auto& field : table.fields) names.push_back(field.name);
  const auto nearest = find_nearest(key, names);
  const auto shown = std::string(cut_utf8(key, 80));
  return shown + ": there is no such field; " +
         (nearest.empty() ? "there are " + names_of(table)
                          : "did you mean " + std::string(nearest) + "?");
}

}  // namespace

Result<json::object> read_knowledge_body(const storage::KnowledgeTable& table,
                                         std::string_view body, bool needs_all) {
  const auto parsed = parse_strict(body, {.max_bytes = 64 * 1024, .max_depth = 4});
  if (!parsed) return parsed.error();
  const auto* object = parsed->if_object();
  if (!object) {
    return fail(ErrorType::validation, "the body must be a JSON object with " + names_of(table));
  }
  json::object fields;
  std::vector<std::string> problems;
  for (const auto& field : table.fields) {
    const auto* given = object->if_contains(field.name);
    const std::string name(field.name);
    if (!given) {
      if (needs_all && !field.is_list) problems.push_back(name + ": is missing");
      continue;
    }
    auto value = without_invisible(*given);
    if (field.is_list ? is_list(value, field.max_chars) : is_text(value, field.max_chars)) {
      fields[field.name] = std::move(value);
    } else {
      problems.push_back(name + ": " + expectation(field));
    }
  }
  for (const auto& member : *object) {
    const auto is_it = [&](const auto& field) { return field.name == member.key(); };
    if (std::any_of(table.fields.begin(), table.fields.end(), is_it)) continue;
    problems.push_back(unknown(table, member.key()));
    if (problems.size() > 8) break;
  }
  if (object->empty() && !needs_all) problems.push_back("expected one of " + names_of(table));
  if (!problems.empty()) return fail(ErrorType::validation, join(problems, "; "));
  if (const auto* topic = find_string(fields, "topic")) {
    const auto normal = storage::normal_topic(*topic);
    if (normal.empty()) return fail(ErrorType::validation, "topic: expected more than spaces");
    fields["topic"] = normal;
  }
  return fields;
}

}  // namespace callosum::api
