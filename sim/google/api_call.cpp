#include "sim/google/api_call.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "sim/google/base64_text.hpp"

namespace callosum::sim::google {
namespace {

template <class T>
std::optional<T> whole_number(std::string_view text) {
  T value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return is_whole ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> match_path(std::string_view pattern,
                                                   std::string_view path) {
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) return {};
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] != "{}") {
      if (wanted[i] != given[i]) return {};
      continue;
    }
    const auto id = net::decode_percent(given[i]);
    if (!id || id->empty()) return {};
    ids.push_back(repair_utf8(*id));
  }
  return ids;
}

Answer<std::size_t> page_size(const Params& query, std::size_t usual, std::size_t most) {
  const auto text = query.get("maxResults");
  if (text.empty()) return answer_with(usual);
  const auto size = whole_number<std::size_t>(text);
  if (!size || *size == 0) {
    return bad_request("Invalid value at 'maxResults', \"" + text + "\"");
  }
  return answer_with(std::min(*size, most));
}

std::string encode_page(const PageKey& key) {
  return to_base64url(std::to_string(key.order) + " " + key.id);
}

Answer<std::optional<PageKey>> decode_page(const std::string& token) {
  if (token.empty()) return std::optional<PageKey>();
  const auto text = from_any_base64(token);
  const auto blank = text ? text->find(' ') : std::string::npos;
  if (blank == std::string::npos) return bad_request("Invalid pageToken");
  const auto order = whole_number<std::int64_t>(std::string_view(*text).substr(0, blank));
  if (!order) return bad_request("Invalid pageToken");
  return std::optional(PageKey{*order, text->substr(blank + 1)});
}

}  // namespace callosum::sim::google
