#include "sim/realtime/checks.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>

namespace callosum::sim {
namespace {

std::string_view kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
      return "an integer";
    case json::kind::double_:
      return "a decimal";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
  }
  return "something else";
}

std::string spell(double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return {text, end};
}

Problem out_of_range(const json::value& value, const std::string& path, double least, double most) {
  const double number = value.to_number<double>();
  const std::string kind = value.is_double() ? "decimal" : "integer";
  if (number < least) {
    return WireError{kind + "_below_min_value",
                     "Invalid '" + path + "': " + kind +
                         " below minimum value. Expected a value >= " + spell(least) +
                         ", but got " + spell(number) + " instead.",
                     path};
  }
  if (number > most) {
    return WireError{kind + "_above_max_value",
                     "Invalid '" + path + "': " + kind +
                         " above maximum value. Expected a value <= " + spell(most) + ", but got " +
                         spell(number) + " instead.",
                     path};
  }
  return {};
}

}  // namespace

Problem unknown_parameter(const std::string& path) {
  return WireError{"unknown_parameter", "Unknown parameter: '" + path + "'.", path};
}

Problem missing_parameter(const std::string& path) {
  return WireError{"missing_required_parameter", "Missing required parameter: '" + path + "'.",
                   path};
}

Problem wrong_type(const std::string& path, std::string_view expected, const json::value& value) {
  return WireError{"invalid_type",
                   "Invalid type for '" + path + "': expected " + std::string(expected) +
                       ", but got " + std::string(kind_of(value)) + " instead.",
                   path};
}

Problem bad_value(const std::string& path, std::string message) {
  return WireError{"invalid_value", std::move(message), path};
}

Problem not_one_of(const std::string& path, std::string_view value,
                   std::span<const std::string_view> words) {
  std::string message = "Invalid value: '" + std::string(value) + "'. Supported values are: ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) message += i + 1 == words.size() ? ", and " : ", ";
    message += "'" + std::string(words[i]) + "'";
  }
  return bad_value(path, message + ".");
}

std::string join_path(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

namespace {

const Field* find_field(std::span<const Field> fields, std::string_view key) {
  for (const auto& field : fields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

Problem check_members(const json::value& value, const std::string& path,
                      std::span<const Field> fields, bool may_have_more) {
  const auto* object = value.if_object();
  if (!object) return wrong_type(path, "an object", value);
  for (const auto& field : fields) {
    if (field.is_required && !object->contains(field.key)) {
      return missing_parameter(join_path(path, field.key));
    }
  }
  for (const auto& member : *object) {
    const auto member_path = join_path(path, member.key());
    const auto* known = find_field(fields, member.key());
    if (!known && may_have_more) continue;
    if (!known) return unknown_parameter(member_path);
    if (known->is_nullable && member.value().is_null()) continue;
    if (auto problem = known->check(member.value(), member_path)) return problem;
  }
  return {};
}

}  // namespace

Problem check_fields(const json::value& value, const std::string& path,
                     std::span<const Field> fields) {
  return check_members(value, path, fields, false);
}

Problem check_known_fields(const json::value& value, const std::string& path,
                           std::span<const Field> fields) {
  return check_members(value, path, fields, true);
}

Problem check_each(const json::value& value, const std::string& path, std::size_t max_size,
                   Check check) {
  const auto* array = value.if_array();
  if (!array) return wrong_type(path, "an array", value);
  if (array->size() > max_size) {
    return WireError{"array_above_max_length",
                     "Invalid '" + path +
                         "': array too long. Expected an array with maximum length " +
                         std::to_string(max_size) + ", but got an array with length " +
                         std::to_string(array->size()) + " instead.",
                     path};
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    if (auto problem = check((*array)[i], path + "[" + std::to_string(i) + "]")) return problem;
  }
  return {};
}

Problem check_number(const json::value& value, const std::string& path, double least, double most) {
  if (!value.is_number()) return wrong_type(path, "a decimal", value);
  return out_of_range(value, path, least, most);
}

Problem check_integer(const json::value& value, const std::string& path, double least,
                      double most) {
  if (!value.is_int64() && !value.is_uint64()) return wrong_type(path, "an integer", value);
  return out_of_range(value, path, least, most);
}

Problem check_text(const json::value& value, const std::string& path, std::size_t max_bytes) {
  const auto* text = value.if_string();
  if (!text) return wrong_type(path, "a string", value);
  if (text->size() <= max_bytes) return {};
  return WireError{"string_above_max_length",
                   "Invalid '" + path +
                       "': string too long. Expected a string with maximum length " +
                       std::to_string(max_bytes) + ", but got a string with length " +
                       std::to_string(text->size()) + " instead.",
                   path};
}

Problem is_text(const json::value& value, const std::string& path) {
  return value.is_string() ? Problem() : wrong_type(path, "a string", value);
}
Problem is_boolean(const json::value& value, const std::string& path) {
  return value.is_bool() ? Problem() : wrong_type(path, "a boolean", value);
}
Problem is_object(const json::value& value, const std::string& path) {
  return value.is_object() ? Problem() : wrong_type(path, "an object", value);
}
Problem is_array(const json::value& value, const std::string& path) {
  return value.is_array() ? Problem() : wrong_type(path, "an array", value);
}
Problem is_anything(const json::value&, const std::string&) { return {}; }

}  // namespace callosum::sim
