#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace callosum::sim {

namespace json = boost::json;

/// The `error` object of the wire, without the client's event id.
struct WireError {
  std::string code;
  std::string message;
  std::string param;  ///< path such as "session.tools[0].name"; empty: null
  std::string type = "invalid_request_error";
};
using Problem = std::optional<WireError>;
using Check = Problem (*)(const json::value&, const std::string& path);

struct Field {
  std::string_view key;
  Check check;
  bool is_required = false;
  bool is_nullable = false;
};

Problem unknown_parameter(const std::string& path);
Problem missing_parameter(const std::string& path);
Problem wrong_type(const std::string& path, std::string_view expected, const json::value& value);
Problem bad_value(const std::string& path, std::string message);
Problem not_one_of(const std::string& path, std::string_view value,
                   std::span<const std::string_view> words);

std::string join_path(const std::string& path, std::string_view key);

/// An object with these members and no others.
Problem check_fields(const json::value& value, const std::string& path,
                     std::span<const Field> fields);
/// The same, but members that are not in `fields` are passed over.
Problem check_known_fields(const json::value& value, const std::string& path,
                           std::span<const Field> fields);
Problem check_each(const json::value& value, const std::string& path, std::size_t max_size,
                   Check check);
Problem check_number(const json::value& value, const std::string& path, double least, double most);
Problem check_integer(const json::value& value, const std::string& path, double least, double most);
Problem check_text(const json::value& value, const std::string& path, std::size_t max_bytes);

Problem is_text(const json::value& value, const std::string& path);
Problem is_boolean(const json::value& value, const std::string& path);
Problem is_object(const json::value& value, const std::string& path);
Problem is_array(const json::value& value, const std::string& path);
Problem is_anything(const json::value& value, const std::string& path);

/// One of the words of a constexpr array with static storage.
template <const auto& kWords>
Problem is_one_of(const json::value& value, const std::string& path) {
  const auto* text = value.if_string();
  if (!text) return wrong_type(path, "a string", value);
  for (const auto word : kWords) {
    if (*text == word) return {};
  }
  return not_one_of(path, *text, kWords);
}

}  // namespace callosum::sim
