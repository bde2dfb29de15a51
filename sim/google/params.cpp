#include "sim/google/params.hpp"

#include "base/text.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kMostParams = 500;

/// Of the character that begins here; 0: none does.
std::size_t utf8_size(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size) {
    if (is_valid_utf8(text.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

Params::Params(std::vector<std::pair<std::string, std::string>> pairs) : pairs_(std::move(pairs)) {
  if (pairs_.size() > kMostParams) pairs_.resize(kMostParams);
  for (auto& [name, value] : pairs_) value = repair_utf8(value);
}

Params Params::of_form(std::string_view body) {
  net::HttpRequest request;
  request.target = "/?" + std::string(body);
  return Params(request.query_all());
}

bool Params::has(std::string_view name) const {
  for (const auto& [known, value] : pairs_) {
    if (known == name) return true;
  }
  return false;
}

std::string Params::get(std::string_view name) const {
  for (const auto& [known, value] : pairs_) {
    if (known == name) return value;
  }
  return {};
}

std::vector<std::string> Params::all(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [known, value] : pairs_) {
    if (known == name) out.push_back(value);
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string repair_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const auto size = utf8_size(text);
    if (size == 0) {
      out += "\xef\xbf\xbd";
      text.remove_prefix(1);
      continue;
    }
    out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace callosum::sim::google
