#include "sim/gemini/proto.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::size_t kLongestQuote = 100;
constexpr std::int64_t kMostInt32 = 0x7fffffff;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Whether `key` is `name` in either spelling.
bool is_spelled(std::string_view key, std::string_view name) {
  if (key == name) return true;
  std::size_t at = 0;
  for (const char c : name) {
    if (is_upper(c)) {
      if (at >= key.size() || key[at++] != '_') return false;
    }
    const char wanted = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    if (at >= key.size() || key[at++] != wanted) return false;
  }
  return at == key.size();
}

std::string_view type_of(Kind kind) {
  switch (kind) {
    case Kind::text:
      return "TYPE_STRING";
    case Kind::boolean:
      return "TYPE_BOOL";
    case Kind::int32:
      return "TYPE_INT32";
    case Kind::int64:
      return "TYPE_INT64";
    case Kind::number:
      return "TYPE_DOUBLE";
    case Kind::bytes:
      return "TYPE_BYTES";
    case Kind::words:
      return "TYPE_ENUM";
    case Kind::structure:
      return "type.googleapis.com/google.protobuf.Struct";
    case Kind::message:
    case Kind::value:
      break;
  }
  return "TYPE_MESSAGE";
}

std::string quote(const json::value& value) {
  if (value.is_structured()) {
    return value.is_object() ? "Starting an object on a scalar field"
                             : "Proto field is not repeating, cannot start list";
  }
  return std::string(cut_utf8(json::serialize(value), kLongestQuote));
}

/// A whole number, or its digits as text; nothing where it does not fit.
std::optional<std::int64_t> whole_of(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_double()) {
    const double number = value.get_double();
    const bool is_whole = std::trunc(number) == number && std::abs(number) < 9e15;
    return is_whole ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
  }
  const auto* text = value.if_string();
  if (!text) return {};
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool is_whole = parsed.ec == std::errc() && parsed.ptr == text->data() + text->size();
  return is_whole ? std::optional(number) : std::nullopt;
}

std::string_view find_word(std::span<const std::string_view> words, std::string_view given) {
  const auto folded = to_lower_ascii(given);
  for (const auto word : words) {
    if (to_lower_ascii(word) == folded) return word;
  }
  return {};
}

/// One message with its place; problems are kept for all levels together.
class Reader {
 public:
  Reader(const Api& api, Reading& reading) : api_(api), reading_(reading) {}

  json::object read(const json::object& object, const Message& message, const std::string& path) {
    json::object out;
    for (const auto& member : object) {
      const auto* field = find(message, member.key());
      if (!field) {
        reading_.problems.push_back(unknown_name(member.key(), path, "Cannot find field."));
        continue;
      }
      const auto at = (path.empty() ? "" : path + ".") + to_snake(field->name);
      if (member.value().is_null() && field->kind != Kind::value) {
        reading_.nulls.push_back(at);
      } else {
        out[field->name] = read_field(member.value(), *field, at);
      }
    }
    return out;
  }

 private:
  const Field* find(const Message& message, std::string_view key) const {
    for (const auto& field : message.fields) {
      if (!is_spelled(key, field.name)) continue;
      const auto other = api_.is_vertex() ? Door::gemini : Door::vertex;
      return field.door == other ? nullptr : &field;
    }
    return nullptr;
  }

  static std::string unknown_name(std::string_view key, const std::string& path,
                                  std::string_view what) {
    auto out = "Invalid JSON payload received. Unknown name \"" + std::string(key) + "\"";
    if (!path.empty()) out += " at '" + path + "'";
    return out + ": " + std::string(what);
  }

  json::value bad_value(const std::string& path, std::string_view type, std::string_view what) {
    reading_.problems.push_back("Invalid value at '" + path + "' (" + std::string(type) + "), " +
                                std::string(what));
    return nullptr;
  }

  json::value read_field(const json::value& value, const Field& field, const std::string& path) {
    if (field.many == Many::map) return read_map(value, field, path);
    const bool is_list = value.is_array();
    if (field.many == Many::one) {
      const bool takes_list = field.kind == Kind::value;
      if (!is_list || takes_list) return read_one(value, field, path);
      const auto dot = path.rfind('.');
      const auto around = dot == std::string::npos ? std::string() : path.substr(0, dot);
      reading_.problems.push_back(
          unknown_name(field.name, around, "Proto field is not repeating, cannot start list."));
      return nullptr;
    }
    if (!is_list) return bad_value(path, type_of(field.kind), "the field is a list");
    json::array out;
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
      out.push_back(read_one(value.get_array()[i], field, path + "[" + std::to_string(i) + "]"));
    }
    return out;
  }

  json::value read_map(const json::value& value, const Field& field, const std::string& path) {
    const auto* members = value.if_object();
    if (!members) return bad_value(path, "TYPE_MESSAGE", quote(value));
    json::object out;
    std::size_t i = 0;
    for (const auto& member : *members) {
      out[member.key()] =
          read_one(member.value(), field, path + "[" + std::to_string(i++) + "].value");
    }
    return out;
  }

  json::value read_one(const json::value& value, const Field& field, const std::string& path) {
    switch (field.kind) {
      case Kind::value:
        return value;
      case Kind::message:
        if (!value.is_object()) break;
        return read(value.get_object(), *field.message, path);
      case Kind::structure:
        if (!value.is_object()) break;
        return value;
      case Kind::words:
        return read_word(value, field, path);
      case Kind::bytes:
        return read_bytes(value, path);
      case Kind::text:
        if (!value.is_string()) break;
        return value;
      case Kind::boolean:
        if (!value.is_bool()) break;
        return value;
      case Kind::number:
        if (!value.is_number()) break;
        return value;
      case Kind::int32:
      case Kind::int64:
        return read_whole(value, field, path);
    }
    return bad_value(path, type_of(field.kind), quote(value));
  }

  json::value read_whole(const json::value& value, const Field& field, const std::string& path) {
    const auto number = whole_of(value);
    const bool fits = number && (field.kind == Kind::int64 || std::abs(*number) <= kMostInt32);
    return fits ? json::value(*number) : bad_value(path, type_of(field.kind), quote(value));
  }

  json::value read_word(const json::value& value, const Field& field, const std::string& path) {
    const auto* text = value.if_string();
    const auto word = text ? find_word(field.words, *text) : std::string_view();
    return word.empty() ? bad_value(path, "TYPE_ENUM", quote(value)) : json::value(word);
  }

  json::value read_bytes(const json::value& value, const std::string& path) {
    const auto* text = value.if_string();
    if (text && decode_bytes(*text, bytes_)) return value;
    if (!text) return bad_value(path, "TYPE_BYTES", quote(value));
    return bad_value(path, "TYPE_BYTES",
                     "Base64 decoding failed for \"" + std::string(cut_utf8(*text, 20)) + "\"");
  }

  const Api& api_;
  Reading& reading_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

Reading read_message(const json::object& object, const Message& message, const Api& api,
                     const std::string& path) {
  Reading reading;
  reading.value = Reader(api, reading).read(object, message, path);
  return reading;
}

std::string to_snake(std::string_view camel) {
  std::string out;
  for (const char c : camel) {
    if (is_upper(c)) out += '_';
    out += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

bool decode_bytes(std::string_view text, std::vector<std::uint8_t>& out) {
  if (decode_base64(text, out)) return true;
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string safe(text);
  std::replace(safe.begin(), safe.end(), '+', '-');
  std::replace(safe.begin(), safe.end(), '/', '_');
  return static_cast<bool>(decode_base64url(safe, out));
}

}  // namespace callosum::sim::gemini
