#include "net/http.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "net/http_syntax.hpp"

namespace callosum::net {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// As browsers send forms and queries; a broken escape stays as it is.
std::string decode_query(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 &&
        hex_value(text[at + 2]) >= 0) {
      out.push_back(static_cast<char>(hex_value(text[at + 1]) << 4 | hex_value(text[at + 2])));
      at += 2;
    } else {
      out.push_back(text[at] == '+' ? ' ' : text[at]);
    }
  }
  return out;
}

HttpResponse make_response(int status, const char* content_type, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers.set("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

}  // namespace

std::string encode_percent(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') ||
                          std::string_view("-._~").find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::optional<std::string> decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    const bool is_whole = at + 2 < text.size();
    const int high = is_whole ? hex_value(text[at + 1]) : -1;
    const int low = is_whole ? hex_value(text[at + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
    at += 2;
  }
  return out;
}

void HttpFields::set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
  add(std::move(name), std::move(value));
}

void HttpFields::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

std::string_view HttpFields::get(std::string_view name) const {
  for (const auto& [known, value] : fields_) {
    if (equal_ignoring_case(known, name)) return value;
  }
  return {};
}

bool HttpFields::has(std::string_view name) const { return count_field(*this, name) > 0; }

std::string_view HttpRequest::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::vector<std::pair<std::string, std::string>> HttpRequest::query_all() const {
  std::vector<std::pair<std::string, std::string>> out;
  const auto mark = target.find('?');
  if (mark == std::string::npos) return out;
  for (const auto pair : split(std::string_view(target).substr(mark + 1), '&')) {
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    out.emplace_back(decode_query(pair.substr(0, equals)),
                     decode_query(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return out;
}

std::string HttpRequest::query(std::string_view name) const {
  for (auto& [known, value] : query_all()) {
    if (known == name) return value;
  }
  return {};
}

HttpResponse HttpResponse::json(int status, std::string body) {
  return make_response(status, "application/json", std::move(body));
}

HttpResponse HttpResponse::text(int status, std::string body) {
  return make_response(status, "text/plain; charset=utf-8", std::move(body));
}

}  // namespace callosum::net
