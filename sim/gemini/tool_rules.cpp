#include <algorithm>
#include <array>
#include <set>

#include "base/json.hpp"
#include "sim/gemini/rules.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::size_t kMostDeclarations = 512;
constexpr std::size_t kLongestName = 128;
constexpr std::size_t kLongestParameter = 64;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name(std::string_view name, std::size_t longest, std::string_view more) {
  if (name.empty() || name.size() > longest || !is_letter(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || more.find(c) != std::string_view::npos;
  });
}

Complaint complain(const std::string& path, std::string_view what) {
  return {.counter = "bad_tools",
          .reason = "* BidiGenerateContentRequest." + path + ": " + std::string(what)};
}

struct TypeFormats {
  std::string_view type;
  std::array<std::string_view, 2> formats;
  std::string_view words;
};
constexpr std::array<TypeFormats, 3> kFormats{
    {{"STRING", {"enum", "date-time"}, "only 'enum' and 'date-time' are supported for STRING type"},
     {"NUMBER", {"float", "double"}, "only 'float' and 'double' are supported for NUMBER type"},
     {"INTEGER", {"int32", "int64"}, "only 'int32' and 'int64' are supported for INTEGER type"}}};

Verdict check_format(const json::object& schema, std::string_view type, const std::string& path) {
  const auto format = text_at(schema, "format");
  if (format.empty()) return {};
  for (const auto& row : kFormats) {
    if (row.type != type) continue;
    if (std::find(row.formats.begin(), row.formats.end(), format) != row.formats.end()) return {};
    return complain(path + ".format", row.words);
  }
  return complain(path + ".format", "not supported for " + std::string(type) + " type");
}

Verdict check_schema(const json::object& schema, const std::string& path);

Verdict check_object(const json::object& schema, const std::string& path) {
  const auto* properties = find_object(schema, "properties");
  if (properties) {
    std::size_t i = 0;
    for (const auto& member : *properties) {
      const auto at = path + ".properties[" + std::to_string(i++) + "]";
      if (!is_name(member.key(), kLongestParameter, "")) {
        return complain(at, "Invalid parameter name.");
      }
      if (auto verdict = check_schema(member.value().get_object(), at + ".value")) return verdict;
    }
  }
  const auto* required = find_array(schema, "required");
  for (std::size_t i = 0; required && i < required->size(); ++i) {
    const auto& name = (*required)[i].get_string();
    if (!properties || !properties->contains(name)) {
      return complain(path + ".required[" + std::to_string(i) + "]", "property is not defined");
    }
  }
  return {};
}

Verdict check_alternatives(const json::object& schema, const std::string& path) {
  const auto* any_of = find_array(schema, "anyOf");
  if (!any_of) return complain(path, "schema didn't specify the schema type field.");
  for (std::size_t i = 0; i < any_of->size(); ++i) {
    const auto at = path + ".any_of[" + std::to_string(i) + "]";
    if (auto verdict = check_schema((*any_of)[i].get_object(), at)) return verdict;
  }
  return {};
}

/// What the fields alone do not say; a proto's Schema that Google takes.
Verdict check_schema(const json::object& schema, const std::string& path) {
  const auto type = text_at(schema, "type");
  if (type.empty()) return check_alternatives(schema, path);
  if (schema.contains("anyOf")) {
    return complain(path, "When using any_of, it must be the only field set.");
  }
  if (schema.contains("enum") && type != "STRING") {
    return complain(path + ".enum", "only allowed for STRING type");
  }
  if (auto verdict = check_format(schema, type, path)) return verdict;
  if (type == "ARRAY") {
    const auto* items = find_object(schema, "items");
    if (!items) return complain(path + ".items", "missing field.");
    return check_schema(*items, path + ".items");
  }
  if (schema.contains("items")) return complain(path + ".items", "only allowed for ARRAY type");
  if (type == "OBJECT") return check_object(schema, path);
  const bool is_object_only = schema.contains("properties") || schema.contains("required");
  return is_object_only ? complain(path + ".properties", "only allowed for OBJECT type")
                        : Verdict();
}

/// `parameters` at its root: an OBJECT that has some.
Verdict check_parameters(const json::object& parameters, const std::string& path) {
  if (text_at(parameters, "type") != "OBJECT") {
    return complain(path, "parameters schema should be of type OBJECT.");
  }
  const auto* properties = find_object(parameters, "properties");
  if (!properties || properties->empty()) {
    return complain(path + ".properties", "should be non-empty for OBJECT type");
  }
  return check_schema(parameters, path);
}

Verdict check_behavior(std::string_view behavior, const ModelTraits& model,
                       const std::string& path) {
  const bool is_refused = (behavior == "BLOCKING" && !model.takes_blocking) ||
                          (behavior == "NON_BLOCKING" && !model.takes_non_blocking);
  if (!is_refused) return {};
  return Complaint{.counter = "bad_tools",
                   .detail = path + ".behavior: not " + std::string(behavior) + " with this model"};
}

Verdict check_declaration(const json::object& declaration, const ModelTraits& model,
                          const std::string& path) {
  if (!is_name(text_at(declaration, "name"), kLongestName, ".:-")) {
    return complain(path + ".name",
                    "Invalid function name. Must start with a letter or an underscore.");
  }
  if (declaration.contains("parameters") && declaration.contains("parametersJsonSchema")) {
    return Complaint{.counter = "bad_tools", .detail = path + ": two schemas of its parameters"};
  }
  const auto* parameters = find_object(declaration, "parameters");
  if (parameters) {
    if (auto verdict = check_parameters(*parameters, path + ".parameters")) return verdict;
  }
  const auto* whole = declaration.if_contains("parametersJsonSchema");
  if (whole && !whole->is_object()) {
    return complain(path + ".parameters_json_schema", "must be an object");
  }
  return check_behavior(text_at(declaration, "behavior"), model, path);
}

}  // namespace

Verdict check_tools(const json::array& tools, const ModelTraits& model, const std::string& path) {
  std::set<std::string, std::less<>> names;
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const auto* declarations = find_array(tools[i].get_object(), "functionDeclarations");
    for (std::size_t j = 0; declarations && j < declarations->size(); ++j) {
      const auto at =
          path + "[" + std::to_string(i) + "].function_declarations[" + std::to_string(j) + "]";
      const auto& declaration = (*declarations)[j].get_object();
      if (auto verdict = check_declaration(declaration, model, at)) return verdict;
      const auto name = text_at(declaration, "name");
      if (!names.emplace(name).second) {
        return Complaint{.counter = "bad_tools",
                         .reason = "Duplicate function declaration found: " + std::string(name)};
      }
    }
  }
  if (names.size() <= kMostDeclarations) return {};
  return Complaint{.counter = "bad_tools", .detail = "more than 512 function declarations"};
}

}  // namespace callosum::sim::gemini
