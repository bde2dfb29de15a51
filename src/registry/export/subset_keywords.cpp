// Keywords that hold no schemas on their way into the subset.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.hpp"
#include "registry/export/pointer.hpp"
#include "registry/export/subset_writer.hpp"
#include "registry/json_text.hpp"
#include "registry/schema/format.hpp"
#include "registry/schema/keyword.hpp"
#include "registry/schema/node.hpp"

namespace callosum::registry {

using schema::kArray;
using schema::kInteger;
using schema::kObject;
using schema::kString;

namespace {

constexpr std::uint8_t kNumber = kInteger | schema::kFraction;
constexpr double kLargestExact = 9007199254740991.0;

enum class Act : std::uint8_t {
  first,    ///< the first one stands
  larger,   ///< of several the larger
  smaller,  ///< of several the smaller
  format,
  above,     ///< exclusiveMinimum
  below,     ///< exclusiveMaximum
  told,      ///< dropped, and said in the description
  preset,    ///< default
  examples,  ///< the first becomes `example`
};

struct Rule {
  std::string_view keyword;
  std::uint8_t types;
  Act act;
};
// protocols: Gemini Live §4.2, §4.3.
constexpr std::array<Rule, 16> kRules{{
    {"format", kString | kNumber, Act::format},
    {"pattern", kString, Act::first},
    {"minLength", kString, Act::larger},
    {"maxLength", kString, Act::smaller},
    {"minimum", kNumber, Act::larger},
    {"maximum", kNumber, Act::smaller},
    {"exclusiveMinimum", kNumber, Act::above},
    {"exclusiveMaximum", kNumber, Act::below},
    {"multipleOf", kNumber, Act::told},
    {"minItems", kArray, Act::larger},
    {"maxItems", kArray, Act::smaller},
    {"uniqueItems", kArray, Act::told},
    {"minProperties", kObject, Act::larger},
    {"maxProperties", kObject, Act::smaller},
    {"default", schema::kAnyType, Act::preset},
    {"examples", schema::kAnyType, Act::examples},
}};

// Written by the other parts, or reported there.
constexpr std::array<std::string_view, 12> kElsewhere{
    "type", "enum",        "const",      "anyOf",    "oneOf", "allOf",
    "$ref", "description", "properties", "required", "items", "prefixItems"};

struct FormatRow {
  std::uint8_t type;
  std::string_view name;
};
constexpr std::array<FormatRow, 5> kFormats{{{kString, "date-time"},
                                             {kNumber, "float"},
                                             {kNumber, "double"},
                                             {kInteger, "int32"},
                                             {kInteger, "int64"}}};

const Rule* find_rule(std::string_view keyword) {
  const auto at = std::find_if(kRules.begin(), kRules.end(),
                               [&](const Rule& rule) { return rule.keyword == keyword; });
  return at == kRules.end() ? nullptr : &*at;
}

/// A keyword's value that allows everything.
bool is_open(const json::value& value) {
  if (const auto* flag = value.if_bool()) return *flag;
  const auto* object = value.if_object();
  return object != nullptr && object->empty();
}

/// Keeps the larger or the smaller of the two bounds.
void tighten(json::object& out, std::string_view keyword, const json::value& value, bool larger) {
  const auto* before = out.if_contains(keyword);
  if (before != nullptr) {
    const auto was = before->to_number<double>(), is = value.to_number<double>();
    if (larger ? was >= is : was <= is) return;
  }
  out[keyword] = value;
}

}  // namespace

void SubsetWriter::report_dropped(const Conjunction& all, std::uint8_t types) {
  const auto told = description_of(all);
  for (const auto& part : all.parts) {
    for (const auto& member : *part.schema) {
      const std::string_view keyword = member.key();
      const bool is_untold =
          keyword == "description" && !part.is_silent && member.value() != json::value(told);
      if (is_untold) lose(part, keyword, Loss::Kind::dropped, kNote);
      if (std::find(kElsewhere.begin(), kElsewhere.end(), keyword) != kElsewhere.end()) continue;
      if (const auto* rule = find_rule(keyword)) {
        if ((rule->types & types) == 0) lose(part, keyword, Loss::Kind::dropped, kSameMeaning);
      } else if (keyword == "$defs" || keyword == "definitions") {
        lose(part, keyword, Loss::Kind::rewritten, kSameMeaning);
      } else if (keyword == "additionalItems" && find_array(*part.schema, "items") != nullptr) {
        continue;
      } else {
        const bool refuses = enforcement_of(keyword) == kByExecutor;
        lose(part, keyword, Loss::Kind::dropped,
             refuses && is_open(member.value()) ? kSameMeaning : enforcement_of(keyword));
      }
    }
  }
}

void SubsetWriter::write_keywords(const Conjunction& all, std::uint8_t type, json::object& out) {
  for (const auto& part : all.parts) {
    for (const auto& member : *part.schema) write_keyword(part, member.key(), type, out);
  }
}

void SubsetWriter::write_keyword(const Part& part, std::string_view keyword, std::uint8_t type,
                                 json::object& out) {
  const auto* rule = find_rule(keyword);
  if (rule == nullptr || (rule->types & type) == 0) return;
  const auto& value = part.schema->at(keyword);
  switch (rule->act) {
    case Act::first:
      if (out.contains(keyword) && out[keyword] != value) {
        return lose(part, keyword, Loss::Kind::dropped, kByExecutor);
      }
      out[keyword] = value;
      return;
    case Act::larger:
    case Act::smaller:
      if (value.is_number()) tighten(out, keyword, value, rule->act == Act::larger);
      return;
    case Act::format:
      return write_format(part, type, out);
    case Act::above:
    case Act::below:
      return write_exclusive(part, rule->act == Act::above, type, out);
    case Act::told:
      if (value == json::value(false)) {
        return lose(part, keyword, Loss::Kind::dropped, kSameMeaning);
      }
      tell(out, keyword == "uniqueItems" ? "No two alike."
                                         : "A multiple of " + to_json_text(value) + ".");
      return lose(part, keyword, Loss::Kind::dropped, kByExecutor);
    case Act::preset:
      if (part.is_silent || !schema::has_type(type, value)) {
        return lose(part, keyword, Loss::Kind::dropped, kNote);
      }
      out["default"] = value;
      return;
    case Act::examples:
      lose(part, keyword, Loss::Kind::rewritten, kNote);
      const auto* list = value.if_array();
      if (list == nullptr || list->empty() || part.is_silent) return;
      if (schema::has_type(type, list->front())) out["example"] = list->front();
      return;
  }
}

void SubsetWriter::write_format(const Part& part, std::uint8_t type, json::object& out) {
  const auto name = text_at(*part.schema, "format");
  const bool is_taken = std::any_of(kFormats.begin(), kFormats.end(), [&](const FormatRow& row) {
    return row.type == type && row.name == name;
  });
  if (is_taken && !out.contains("format")) {
    out["format"] = name;
    return;
  }
  const auto* known = type == kString ? schema::find_format(name) : nullptr;
  tell(out, "Format: " + std::string(known ? known->expected : name) + ".");
  lose(part, "format", Loss::Kind::dropped, known ? kByExecutor : kNote);
}

void SubsetWriter::write_exclusive(const Part& part, bool is_lower, std::uint8_t type,
                                   json::object& out) {
  const std::string_view keyword = is_lower ? "exclusiveMinimum" : "exclusiveMaximum";
  const auto& value = part.schema->at(keyword);
  if (!value.is_number()) return;
  const auto limit = value.to_number<double>();
  if (type == kInteger && std::abs(limit) < kLargestExact) {
    const auto next = is_lower ? std::floor(limit) + 1 : std::ceil(limit) - 1;
    tighten(out, is_lower ? "minimum" : "maximum", static_cast<std::int64_t>(next), is_lower);
    return lose(part, keyword, Loss::Kind::rewritten, kSameMeaning);
  }
  tell(out, (is_lower ? "More than " : "Less than ") + to_json_text(value) + ".");
  lose(part, keyword, Loss::Kind::dropped, kByExecutor);
}

}  // namespace callosum::registry
