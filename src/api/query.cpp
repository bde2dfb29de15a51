#include "api/query.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.hpp"

namespace callosum::api {

namespace {

constexpr std::size_t kMaxShown = 80;

std::string list_of(std::span<const std::string_view> words) {
  return join({words.begin(), words.end()}, ", ");
}

Error refuse(std::string_view name, const std::string& what) {
  return fail(ErrorType::validation, make_visible(name.substr(0, kMaxShown)) + ": " + what);
}

std::string there_are(std::string_view name, std::span<const std::string_view> names) {
  const auto nearest = find_nearest(name, {names.begin(), names.end()});
  if (!nearest.empty()) return "; did you mean " + std::string(nearest) + "?";
  return names.empty() ? "; this route has none" : "; there are " + list_of(names);
}

}  // namespace

Result<void> check_query(const net::HttpRequest& request, std::span<const std::string_view> names) {
  std::vector<std::string> seen;
  for (const auto& [name, value] : request.query_all()) {
    const bool is_known = std::find(names.begin(), names.end(), name) != names.end();
    if (!is_known) return refuse(name, "there is no such parameter" + there_are(name, names));
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      return refuse(name, "expected once");
    }
    if (!is_valid_utf8(value)) return refuse(name, "expected UTF-8");
    seen.push_back(name);
  }
  return {};
}

Result<std::int64_t> parse_whole(std::string_view text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stopped == end && value >= 0) return value;
  return fail(ErrorType::validation, "expected a whole number");
}

Result<std::int64_t> whole_of(const net::HttpRequest& request, std::string_view name,
                              const WholeRange& range) {
  const auto text = request.query(name);
  if (text.empty()) return range.usual;
  const auto value = parse_whole(text);
  if (value && *value >= range.least && *value <= range.most) return value;
  return refuse(name, "expected a whole number, " + std::to_string(range.least) + " to " +
                          std::to_string(range.most));
}

Result<std::string> word_of(const net::HttpRequest& request, std::string_view name,
                            std::span<const std::string_view> words) {
  auto text = request.query(name);
  if (text.empty()) return std::string(words.front());
  if (std::find(words.begin(), words.end(), text) != words.end()) return text;
  return refuse(name, "expected one of " + list_of(words));
}

}  // namespace callosum::api
