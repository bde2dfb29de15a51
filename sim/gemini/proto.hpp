#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::sim::gemini {

namespace json = boost::json;

enum class Product : std::uint8_t { gemini, vertex };

/// The door that a connection came through. Some fields are known behind one door only.
struct Api {
  Product product = Product::gemini;
  std::string version = "v1beta";

  bool is_vertex() const { return product == Product::vertex; }
};

enum class Kind : std::uint8_t {
  text,
  boolean,
  int32,
  int64,  ///< a number or its digits as text
  number,
  bytes,  ///< base64, standard or URL-safe
  words,  ///< an enumeration
  message,
  structure,  ///< any object; its keys are the client's own
  value,      ///< anything
};

enum class Many : std::uint8_t { one, list, map };
enum class Door : std::uint8_t { any, gemini, vertex };

struct Message;

/// A field of a protocol message, named as on the wire in lower camel case.
struct Field {
  std::string_view name;
  Kind kind;
  Many many = Many::one;
  const Message* message = nullptr;              ///< of kind message
  std::span<const std::string_view> words = {};  ///< of kind words; any case will do
  Door door = Door::any;
};

struct Message {
  std::string_view name;
  std::span<const Field> fields;
};

/// A client's message as proto3 JSON reads it: keys in lower camel case, nulls left out.
struct Reading {
  json::object value;
  std::vector<std::string> problems;  ///< in Google's words
  std::vector<std::string> nulls;     ///< paths of fields that were given as null
};

/// Reads `object` as `message`. Both spellings of a key are known: camelCase and snake_case.
Reading read_message(const json::object& object, const Message& message, const Api& api,
                     const std::string& path = {});

std::string to_snake(std::string_view camel);
/// Base64 of either alphabet, padded or not.
bool decode_bytes(std::string_view text, std::vector<std::uint8_t>& out);

}  // namespace callosum::sim::gemini
