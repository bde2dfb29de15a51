#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace callosum {

/// Appends `text` (UTF-8) as a JSON string with its quotes, escaped as RFC 8785 wants it.
void append_json_string(std::string_view text, std::string& out);

/// Writes one JSON object as text, member by member, for what is written once a call: building a
/// tree to throw away would cost several times the text. Keys are literals that need no escape.
class JsonObjectWriter {
 public:
  explicit JsonObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

  void text(std::string_view key, std::string_view value) { append_json_string(value, raw(key)); }
  void flag(std::string_view key, bool value) { raw(key) += value ? "true" : "false"; }
  void whole(std::string_view key, std::int64_t value);
  /// Thousandths as a decimal number: 1500 is written 1.5.
  void thousandths(std::string_view key, std::int64_t value);
  /// For a value that the caller appends itself, right now.
  std::string& raw(std::string_view key);
  void close() { out_ += '}'; }

 private:
  std::string& out_;
  bool is_first_ = true;
};

}  // namespace callosum
