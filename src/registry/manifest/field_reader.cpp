#include "registry/manifest/field_reader.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace callosum::registry {
namespace {

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
  });
}

std::string expected(std::string_view what, const YamlNode& node) {
  return "expected " + std::string(what) + ", found " + std::string(describe(node));
}

/// What is wrong with the text's size and characters; empty: nothing.
std::string text_problem(std::string_view text, const TextLimits& limits) {
  if (text.empty()) return "expected text, found none";
  if (has_control_character(text)) return "expected text without control characters";
  const auto characters = count_characters(text);
  if (characters > limits.max_characters) {
    return "expected at most " + std::to_string(limits.max_characters) + " characters, found " +
           std::to_string(characters);
  }
  const auto lines = 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  if (lines > limits.max_lines) {
    return "expected at most " + std::to_string(limits.max_lines) + " lines, found " +
           std::to_string(lines);
  }
  return "";
}

}  // namespace

std::optional<std::string> read_text(const YamlNode& node, int line, const std::string& field,
                                     const TextLimits& limits, Report& report) {
  const auto value = to_json(node);
  if (!value.is_string()) {
    const bool is_unquoted = node.kind == YamlNode::Kind::scalar;
    report.problem(line, field, expected("text", node) + (is_unquoted ? "; quote it" : ""));
    return std::nullopt;
  }
  std::string text(trim(node.text));
  if (auto problem = text_problem(text, limits); !problem.empty()) {
    report.problem(line, field, std::move(problem));
    return std::nullopt;
  }
  return text;
}

FieldReader::FieldReader(const YamlNode& map, std::string path, Report& report)
    : map_(map), path_(std::move(path)), report_(report) {}

std::string FieldReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

int FieldReader::line_of(std::string_view key) const {
  const auto* member = map_.find(key);
  return member == nullptr ? map_.line : member->line;
}

void FieldReader::problem(std::string_view key, std::string message) const {
  report_.problem(line_of(key), path_of(key), std::move(message));
}

void FieldReader::warn(std::string_view key, std::string message) const {
  report_.warn(line_of(key), path_of(key), std::move(message));
}

const YamlNode* FieldReader::find(std::string_view key, Need need) {
  asked_.push_back(key);
  const auto* member = map_.find(key);
  if (member != nullptr && member->value.kind != YamlNode::Kind::null) return &member->value;
  if (member != nullptr) {
    problem(key, "expected a value, found nothing");
  } else if (need == Need::required) {
    problem(key, "missing; this key is required");
  }
  return nullptr;
}

const YamlNode* FieldReader::expect(std::string_view key, Need need, YamlNode::Kind kind,
                                    std::string_view what) {
  const auto* node = find(key, need);
  if (node == nullptr || node->kind == kind) return node;
  problem(key, expected(what, *node));
  return nullptr;
}

const YamlNode* FieldReader::find_map(std::string_view key, Need need) {
  return expect(key, need, YamlNode::Kind::map, "a map");
}

const YamlNode* FieldReader::find_list(std::string_view key, Need need) {
  return expect(key, need, YamlNode::Kind::sequence, "a list");
}

std::optional<std::string> FieldReader::text(std::string_view key, Need need,
                                             const TextLimits& limits) {
  const auto* node = find(key, need);
  if (node == nullptr) return std::nullopt;
  return read_text(*node, line_of(key), path_of(key), limits, report_);
}

std::vector<std::string> FieldReader::texts(std::string_view key, const TextLimits& limits) {
  std::vector<std::string> out;
  const auto* list = find_list(key);
  if (list == nullptr) return out;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const auto& item = list->items[i];
    const auto field = path_of(key) + "[" + std::to_string(i) + "]";
    auto text = read_text(item, item.line, field, limits, report_);
    if (!text) continue;
    if (!seen.insert(*text).second) {
      report_.problem(item.line, field, shown(*text) + " is here twice; expected it once");
      continue;
    }
    out.push_back(std::move(*text));
  }
  return out;
}

std::optional<std::int64_t> FieldReader::number(std::string_view key, NumberRange range,
                                                Need need) {
  const auto* node = find(key, need);
  if (node == nullptr) return std::nullopt;
  const auto value = to_json(*node);
  const auto span =
      "a whole number from " + std::to_string(range.least) + " to " + std::to_string(range.most);
  const auto* whole = value.if_int64();
  if (whole == nullptr) {
    problem(key, value.is_number() ? "expected " + span + ", found " + node->text
                                   : expected(span, *node));
    return std::nullopt;
  }
  if (*whole < range.least || *whole > range.most) {
    problem(key, "expected " + span + ", found " + std::to_string(*whole));
    return std::nullopt;
  }
  return *whole;
}

bool FieldReader::flag(std::string_view key, bool otherwise) {
  const auto* node = find(key);
  if (node == nullptr) return otherwise;
  const auto value = to_json(*node);
  if (const auto* set = value.if_bool()) return *set;
  problem(key, expected("true or false", *node));
  return otherwise;
}

std::optional<std::string> FieldReader::word_at(std::string_view key, Need need,
                                                const std::vector<std::string_view>& known) {
  const auto* node = find(key, need);
  if (node == nullptr) return std::nullopt;
  if (node->kind == YamlNode::Kind::scalar) {
    if (std::find(known.begin(), known.end(), node->text) != known.end()) return node->text;
    problem(key, "expected " + one_of(known) + ", found " + shown(node->text) +
                     nearest_hint(node->text, known));
  } else {
    problem(key, expected(one_of(known), *node));
  }
  return std::nullopt;
}

std::vector<std::string> FieldReader::words_at(std::string_view key,
                                               const std::vector<std::string_view>& known) {
  std::vector<std::string> out;
  const auto texts_here = texts(key);
  const auto* list = map_.find(key);
  for (const auto& text : texts_here) {
    if (std::find(known.begin(), known.end(), text) != known.end()) {
      out.push_back(text);
      continue;
    }
    const auto& items = list->value.items;
    const auto item = std::find_if(items.begin(), items.end(),
                                   [&](const YamlNode& node) { return trim(node.text) == text; });
    report_.problem(
        item == items.end() ? line_of(key) : item->line, path_of(key),
        "expected " + one_of(known) + ", found " + shown(text) + nearest_hint(text, known));
  }
  return out;
}

void FieldReader::finish() {
  for (const auto& member : map_.members) {
    if (std::find(asked_.begin(), asked_.end(), member.key) != asked_.end()) continue;
    report_.problem(member.line, path_of(member.key),
                    "unknown key" + nearest_hint(member.key, asked_));
  }
}

}  // namespace callosum::registry
