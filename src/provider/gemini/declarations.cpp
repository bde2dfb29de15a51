#include "provider/gemini/declarations.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "base/json.hpp"

namespace callosum::provider::gemini {
namespace {

constexpr int kMaxDepth = 24;  // of references, too: a schema may name itself
constexpr std::size_t kMaxDeclarations = 512;
constexpr std::size_t kMaxNodes = 20'000;  // of one tool: references may multiply

constexpr std::array<std::string_view, 13> kAsTheyAre{
    "description",   "title",   "pattern", "minItems",  "maxItems",  "minProperties", "default",
    "maxProperties", "minimum", "maximum", "minLength", "maxLength", "nullable"};

struct TypeFormat {
  std::string_view type, format;
};
constexpr std::array<TypeFormat, 5> kFormats{{{"STRING", "date-time"},
                                              {"NUMBER", "float"},
                                              {"NUMBER", "double"},
                                              {"INTEGER", "int32"},
                                              {"INTEGER", "int64"}}};

std::string upper(std::string_view word) {
  std::string out(word);
  for (auto& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

void describe(json::object& schema, const std::string& more) {
  const std::string before(text_at(schema, "description"));
  schema["description"] = before.empty() ? more : before + " (" + more + ")";
}

class Rewriter {
 public:
  explicit Rewriter(const json::object& root) : root_(root) {}

  json::object rewrite(const json::value& value, int depth = 0) {
    const auto* found = value.if_object();
    if (!found || depth > kMaxDepth || ++nodes_ > kMaxNodes) return {{"type", "STRING"}};
    if (const auto* target = follow(*found)) return rewrite(*target, depth + 1);
    json::object schema = *found;
    merge_all_of(schema);
    json::object out;
    for (const auto key : kAsTheyAre) {
      if (const auto* kept = schema.if_contains(key)) out[key] = *kept;
    }
    for (const char* key : {"anyOf", "oneOf"}) {
      if (const auto* options = find_array(schema, key)) return any_of(out, *options, depth);
    }
    add_type(schema, out, depth);
    return out;
  }

 private:
  /// What "#/$defs/name" stands for; null where there is no reference, or to nothing.
  const json::value* follow(const json::object& schema) const {
    const auto ref = text_at(schema, "$ref");
    for (const std::string_view place : {"#/$defs/", "#/definitions/"}) {
      if (!ref.starts_with(place)) continue;
      const auto* all = find_object(root_, place.substr(2, place.size() - 3));
      return all ? all->if_contains(ref.substr(place.size())) : nullptr;
    }
    return nullptr;
  }

  void merge_all_of(json::object& schema) const {
    const auto* members = find_array(schema, "allOf");
    if (!members) return;
    const json::array copies = *members;
    for (const auto& copy : copies) {
      const auto* member = copy.if_object();
      const auto* target = member ? follow(*member) : nullptr;
      if (target) member = target->if_object();
      if (!member) continue;
      for (const auto& [key, value] : *member) {
        auto& place = schema[key];
        if (place.is_null()) place = value;
        if (key != "properties" || !place.is_object() || !value.is_object()) continue;
        for (const auto& [name, property] : value.get_object()) place.get_object()[name] = property;
      }
    }
  }

  json::object any_of(json::object out, const json::array& options, int depth) {
    json::array kept;
    bool has_null = false;
    for (const auto& option : options) {
      const auto* object = option.if_object();
      if (object && text_at(*object, "type") == "null") {
        has_null = true;
      } else {
        kept.push_back(rewrite(option, depth + 1));
      }
    }
    json::object only;
    if (kept.size() == 1) {
      only = std::move(kept.front().get_object());
      if (const auto* words = out.if_contains("description")) only["description"] = *words;
    } else {
      // No keyword may stand beside it.
      only["anyOf"] = std::move(kept);
      return only;
    }
    if (has_null) only["nullable"] = true;
    return only;
  }

  void add_type(const json::object& schema, json::object& out, int depth) {
    const auto* type = schema.if_contains("type");
    std::string name(type && type->is_string() ? type->get_string() : "");
    if (type && type->is_array()) {
      json::array options;
      for (const auto& each : type->get_array()) {
        json::object one = schema;
        one["type"] = each;
        options.push_back(std::move(one));
      }
      out = any_of(out, options, depth);
      return;
    }
    if (name.empty()) name = guess_type(schema);
    out["type"] = upper(name);
    if (name == "string" || name == "number" || name == "integer") add_scalar(schema, out);
    if (name == "array") {
      const auto* items = schema.if_contains("items");
      out["items"] = rewrite(items ? *items : json::value(json::object{}), depth + 1);
    }
    if (name == "object") add_object(schema, out, depth);
  }

  static std::string guess_type(const json::object& schema) {
    if (schema.contains("properties")) return "object";
    if (schema.contains("items")) return "array";
    if (const auto* value = schema.if_contains("const")) {
      if (value->is_bool()) return "boolean";
      if (value->is_number()) return "number";
    }
    return "string";
  }

  static void add_scalar(const json::object& schema, json::object& out) {
    const auto type = text_at(out, "type");
    const auto format = text_at(schema, "format");
    const bool is_known = std::any_of(kFormats.begin(), kFormats.end(), [&](const auto& row) {
      return row.type == type && row.format == format;
    });
    if (is_known)
      out["format"] = format;
    else if (!format.empty())
      describe(out, "format: " + std::string(format));
    add_values(schema, out, type == "STRING");
    for (const auto* key : {"exclusiveMinimum", "exclusiveMaximum"}) {
      const auto* bound = schema.if_contains(key);
      if (type != "INTEGER" || !bound || !bound->is_int64()) continue;
      const bool is_least = std::string_view(key) == "exclusiveMinimum";
      out[is_least ? "minimum" : "maximum"] = bound->get_int64() + (is_least ? 1 : -1);
    }
  }

  /// Of strings alone: others are said in words.
  static void add_values(const json::object& schema, json::object& out, bool is_text) {
    json::array all;
    if (const auto* listed = find_array(schema, "enum")) all = *listed;
    if (const auto* value = schema.if_contains("const")) all.push_back(*value);
    if (all.empty()) return;
    if (!is_text) return describe(out, "one of " + canonical_json(all));
    json::array texts;
    for (const auto& each : all) {
      if (each.is_string()) texts.push_back(each);
    }
    if (!texts.empty()) out["enum"] = std::move(texts);
  }

  void add_object(const json::object& schema, json::object& out, int depth) {
    const auto* properties = find_object(schema, "properties");
    json::object rewritten;
    if (properties) {
      for (const auto& [name, property] : *properties) {
        rewritten[name] = rewrite(property, depth + 1);
      }
    }
    json::array required;
    if (const auto* names = find_array(schema, "required")) {
      for (const auto& name : *names) {
        if (name.is_string() && rewritten.contains(name.get_string())) required.push_back(name);
      }
    }
    if (!rewritten.empty()) out["properties"] = std::move(rewritten);
    if (!required.empty()) out["required"] = std::move(required);
  }

  const json::object& root_;
  std::size_t nodes_ = 0;
};

}  // namespace

json::array declare(const json::array& tools, const ModelTraits& traits) {
  json::array out;
  for (const auto& entry : tools) {
    const auto* tool = entry.if_object();
    if (!tool || out.size() >= kMaxDeclarations) continue;
    json::object declaration{{"name", text_at(*tool, "name")},
                             {"description", text_at(*tool, "description")}};
    if (traits.calls_go_on) declaration["behavior"] = "NON_BLOCKING";
    const auto* parameters = find_object(*tool, "parameters");
    const auto* properties = parameters ? find_object(*parameters, "properties") : nullptr;
    const bool has_any = properties && !properties->empty();  // an empty object is refused (§4.1)
    if (has_any && traits.json_schema) {
      declaration["parametersJsonSchema"] = *parameters;
    } else if (has_any) {
      declaration["parameters"] = Rewriter(*parameters).rewrite(*parameters);
    }
    out.push_back(std::move(declaration));
  }
  return out;
}

}  // namespace callosum::provider::gemini
