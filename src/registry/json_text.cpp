#include "registry/json_text.hpp"

#include <cmath>

#include "base/json.hpp"
#include "base/json_text.hpp"

namespace callosum::registry {
namespace {

void append_key(std::string_view key, std::string& out) {
  append_json_string(key, out);
  out += ':';
}

void append_object(const json::object& object, std::string& out) {
  out += '{';
  bool is_first = true;
  for (const auto& member : object) {
    if (!is_first) out += ',';
    is_first = false;
    append_key(member.key(), out);
    append_json(member.value(), out);
  }
  out += '}';
}

void append_array(const json::array& array, std::string& out) {
  out += '[';
  bool is_first = true;
  for (const auto& item : array) {
    if (!is_first) out += ',';
    is_first = false;
    append_json(item, out);
  }
  out += ']';
}

}  // namespace

void append_json(const json::value& value, std::string& out) {
  switch (value.kind()) {
    case json::kind::object:
      return append_object(value.get_object(), out);
    case json::kind::array:
      return append_array(value.get_array(), out);
    // The canonical form rounds what a double cannot hold; an answer must not.
    case json::kind::int64:
      out += std::to_string(value.get_int64());
      return;
    case json::kind::uint64:
      out += std::to_string(value.get_uint64());
      return;
    case json::kind::double_:
      if (!std::isfinite(value.get_double())) {
        out += "null";
        return;
      }
      [[fallthrough]];
    default:
      append_canonical_json(value, out);
  }
}

std::string to_json_text(const json::value& value) {
  std::string out;
  append_json(value, out);
  return out;
}

}  // namespace callosum::registry
