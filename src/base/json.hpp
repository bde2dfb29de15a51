#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace callosum {

namespace json = boost::json;

/// What a door lets in. One parser serves policy and handlers, so both see the same value.
struct JsonLimits {
  std::size_t max_bytes = 1 << 20;
  std::size_t max_depth = 32;
  /// Refuse integer literals beyond ±2^53: other programs round them (arguments; DESIGN section
  /// 12).
  bool safe_integers = false;
};

/// Strict RFC 8259: one value, valid UTF-8, no duplicate keys, no non-finite numbers, exact
/// doubles. VALIDATION with the byte offset otherwise. Memory comes from `storage`.
Result<json::value> parse_strict(std::string_view text, const JsonLimits& limits = {},
                                 json::storage_ptr storage = {});

/// Arguments of a tool call: an object; empty text counts as `{}` (protocol quirk 9). Never a
/// guess.
Result<json::object> parse_arguments(std::string_view text, json::storage_ptr storage = {});

/// RFC 8785: one spelling for equal values. What hashes, cache keys and consent are taken over.
std::string canonical_json(const json::value& value);
void append_canonical_json(const json::value& value, std::string& out);
void append_canonical_json(const json::object& object, std::string& out);

/// The string at `key`, or null where it is missing or no string.
const json::string* find_string(const json::object& object, std::string_view key);
const json::object* find_object(const json::object& object, std::string_view key);
const json::array* find_array(const json::object& object, std::string_view key);
/// The text at `key`, or `otherwise`.
std::string_view text_at(const json::object& object, std::string_view key,
                         std::string_view otherwise = {});

}  // namespace callosum
