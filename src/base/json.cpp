#include "base/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace callosum {
namespace {

constexpr std::int64_t kSafeInteger = std::int64_t{1} << 53;

/// Builds the value and counts the keys it was given: a duplicate shows as a key that is gone at
/// the end.
struct Handler {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  Handler(json::storage_ptr storage, unsigned char* temp, std::size_t temp_bytes, bool safe)
      : stack({}, temp, temp_bytes), safe_integers(safe) {
    stack.reset(std::move(storage));
  }

  json::value_stack stack;
  bool safe_integers;
  std::size_t keys = 0;
  const char* problem = nullptr;
  bool has_objects_of_many = false;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_object_end(std::size_t n, json::error_code&) {
    keys += n;
    has_objects_of_many |= n > 1;
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t n, json::error_code&) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(json::string_view s, std::size_t, json::error_code&) {
    stack.push_chars(s);
    return true;
  }
  bool on_key(json::string_view s, std::size_t, json::error_code&) {
    stack.push_key(s);
    return true;
  }
  bool on_string_part(json::string_view s, std::size_t, json::error_code&) {
    stack.push_chars(s);
    return true;
  }
  bool on_string(json::string_view s, std::size_t, json::error_code&) {
    stack.push_string(s);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t i, json::string_view, json::error_code& ec) {
    if (safe_integers && (i > kSafeInteger || i < -kSafeInteger)) return refuse_integer(ec);
    stack.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, json::string_view, json::error_code& ec) {
    if (safe_integers && u > static_cast<std::uint64_t>(kSafeInteger)) return refuse_integer(ec);
    stack.push_uint64(u);
    return true;
  }
  bool on_double(double rough, json::string_view text, json::error_code& ec) {
    // Boost.JSON 1.81 is off by a last bit now and then, and lets 1e999 through as infinity.
    double exact = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), exact);
    if (parsed.ec == std::errc::result_out_of_range) {
      // Too small is zero; too large has no value. The exponent alone does not tell: digits move
      // the point.
      if (!(std::fabs(rough) < 1)) return refuse(ec, "a number is too large");
      exact = 0;
    }
    if (!std::isfinite(exact)) return refuse(ec, "a number is not finite");
    if (safe_integers && text.find_first_of(".eE") == json::string_view::npos) {
      return refuse_integer(ec);
    }
    stack.push_double(exact);
    return true;
  }
  bool on_bool(bool b, json::error_code&) {
    stack.push_bool(b);
    return true;
  }
  bool on_null(json::error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool refuse(json::error_code& ec, const char* why) {
    problem = why;
    ec = json::error::syntax;
    return false;
  }
  bool refuse_integer(json::error_code& ec) {
    return refuse(ec, "an integer is beyond 2^53; send it as a string");
  }
};

std::size_t count_keys(const json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) {
      if (member.value().is_structured()) count += count_keys(member.value());
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) {
      if (item.is_structured()) count += count_keys(item);
    }
  }
  return count;
}

json::parse_options options(std::size_t depth) {
  json::parse_options out;
  out.max_depth = depth;
  return out;
}

}  // namespace

Result<json::value> parse_strict(std::string_view text, const JsonLimits& limits,
                                 json::storage_ptr storage) {
  if (text.size() > limits.max_bytes) {
    return fail(ErrorType::validation,
                "JSON is larger than " + std::to_string(limits.max_bytes) + " bytes");
  }
  unsigned char temp[4096];
  json::basic_parser<Handler> parser(options(limits.max_depth), std::move(storage), temp,
                                     sizeof temp, limits.safe_integers);

  json::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used < text.size()) ec = json::error::extra_data;
  if (ec) {
    const char* problem = parser.handler().problem;
    return fail(ErrorType::validation, "not valid JSON at byte " + std::to_string(used) + ": " +
                                           (problem ? std::string(problem) : ec.message()));
  }
  auto value = parser.handler().stack.release();
  if (parser.handler().has_objects_of_many && count_keys(value) != parser.handler().keys) {
    return fail(ErrorType::validation, "not valid JSON: an object has the same key twice");
  }
  return value;
}

Result<json::object> parse_arguments(std::string_view text, json::storage_ptr storage) {
  const auto trimmed = trim(text);
  if (trimmed.empty()) return json::object(storage);
  constexpr JsonLimits kLimits{.max_bytes = 64 * 1024, .max_depth = 32, .safe_integers = true};
  auto value = parse_strict(trimmed, kLimits, storage);
  if (!value) return value.error();
  if (!value->is_object()) return fail(ErrorType::validation, "arguments must be a JSON object");
  return std::move(value->get_object());
}

const json::string* find_string(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value ? value->if_string() : nullptr;
}

const json::object* find_object(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value ? value->if_object() : nullptr;
}

const json::array* find_array(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value ? value->if_array() : nullptr;
}

std::string_view text_at(const json::object& object, std::string_view key,
                         std::string_view otherwise) {
  const auto* text = find_string(object, key);
  return text ? std::string_view(*text) : otherwise;
}

}  // namespace callosum
