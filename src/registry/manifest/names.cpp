#include "registry/manifest/names.hpp"

#include <algorithm>

namespace callosum::registry {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_tool_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
  });
}

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 63 && !is_digit(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

const std::vector<std::string_view>& bind_sources() {
  static const std::vector<std::string_view> kSources{
      "session.tenant_id",  "session.tenant_slug", "session.caller_phone",
      "session.user_id",    "session.email",       "session.account",
      "session.session_id", "session.call_sid",    "session.channel"};
  return kSources;
}

const std::vector<std::string_view>& run_kinds() {
  static const std::vector<std::string_view> kKinds{"sql", "http", "mcp", "process", "builtin"};
  return kKinds;
}

}  // namespace callosum::registry
