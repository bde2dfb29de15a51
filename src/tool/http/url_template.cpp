#include "tool/http/url_template.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "net/client.hpp"
#include "net/http_syntax.hpp"

namespace callosum::tool::http {
namespace {

Error refuse(std::string why) { return fail(ErrorType::validation, std::move(why)); }

Result<void> check_in_path(const std::string& name, const std::optional<std::string>& value) {
  if (!value || value->empty()) return refuse(name + ": needed, and empty");
  if (value->find_first_of(std::string_view("/\\\0", 3)) == std::string::npos) return {};
  return refuse(name + ": expected text without slashes");
}

Result<std::string> fill_segment(const TextTemplate& segment, const json::object& arguments) {
  std::string out;
  std::string last;
  for (const auto& piece : segment.pieces()) {
    if (!piece.is_argument) {
      out += piece.text;
      continue;
    }
    const auto value = text_of(arguments, piece.text);
    if (!value) return value.error();
    if (const auto checked = check_in_path(piece.text, *value); !checked) return checked.error();
    out += net::encode_percent(**value);
    last = piece.text;
  }
  if (out == "." || out == "..") return refuse(last + ": expected more than dots");
  return out;
}

/// Nothing where none of its arguments is there.
Result<std::string> fill_parameter(const TextTemplate& parameter, const json::object& arguments) {
  std::string out;
  std::string missing;
  bool is_asked = !parameter.has_arguments();
  for (const auto& piece : parameter.pieces()) {
    if (!piece.is_argument) {
      out += piece.text;
      continue;
    }
    const auto value = text_of(arguments, piece.text);
    if (!value) return value.error();
    if (!*value) {
      missing = piece.text;
      continue;
    }
    if ((*value)->find('\0') != std::string::npos) {
      return refuse(piece.text + ": expected text without NUL");
    }
    is_asked = true;
    out += net::encode_percent(**value);
  }
  if (!is_asked) return std::string();
  if (!missing.empty()) return refuse(missing + ": needed beside the others");
  return out;
}

Result<std::vector<TextTemplate>> parse_all(std::string_view text, char separator,
                                            const Names& known) {
  std::vector<TextTemplate> out;
  for (const auto part : split(text, separator)) {
    auto parsed = TextTemplate::parse(part, known);
    if (!parsed) return parsed.error();
    out.push_back(std::move(*parsed));
  }
  return out;
}

}  // namespace

std::string Origin::to_string() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return scheme + "://" + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Origin> origin_of(std::string_view url) {
  const auto parsed = net::parse_url(url);
  if (!parsed) return parsed.error();
  if (parsed->scheme != "http" && parsed->scheme != "https") {
    return refuse("expected a URL of http or https");
  }
  return Origin{parsed->scheme, to_lower_ascii(parsed->host), parsed->port};
}

Result<UrlTemplate> UrlTemplate::parse(std::string_view text, const Names& known) {
  const auto mark = text.find("://");
  if (mark == std::string_view::npos)
    return refuse("expected a whole URL, such as https://api.example.com/v1/bookings/{id}");
  const auto begin = std::min(text.find_first_of("/?#", mark + 3), text.size());
  const auto authority = text.substr(0, begin);
  if (authority.find_first_of("{}") != std::string_view::npos) {
    return refuse("scheme, host and port are fixed: an argument may stand in path and query only");
  }
  if (text.find('#') != std::string_view::npos) return refuse("a fragment is never sent");
  UrlTemplate out;
  const auto origin = origin_of(authority);
  if (!origin) return origin.error();
  out.origin_ = *origin;

  auto target = text.substr(begin);
  const auto question = std::min(target.find('?'), target.size());
  auto path = target.substr(0, question);
  if (path.starts_with('/')) path.remove_prefix(1);
  auto segments = parse_all(path, '/', known);
  if (!segments) return segments.error();
  out.segments_ = std::move(*segments);
  if (question < target.size()) {
    auto parameters = parse_all(target.substr(question + 1), '&', known);
    if (!parameters) return parameters.error();
    out.parameters_ = std::move(*parameters);
  }
  // What is written, with plain words for the arguments, is what an origin server takes.
  json::object words;
  for (const auto& name : known) words[name] = "x";
  const auto example = out.fill(words);
  if (!example) return example.error();
  if (const auto fault = net::check_target("GET", *example)) {
    return refuse(std::string(fault->reason) + "; expected a URL with its escapes");
  }
  return out;
}

Result<std::string> UrlTemplate::fill(const json::object& arguments) const {
  std::string out;
  for (const auto& segment : segments_) {
    const auto filled = fill_segment(segment, arguments);
    if (!filled) return filled.error();
    out += "/" + *filled;
  }
  char separator = '?';
  for (const auto& parameter : parameters_) {
    const auto filled = fill_parameter(parameter, arguments);
    if (!filled) return filled.error();
    if (filled->empty()) continue;
    out += separator + *filled;
    separator = '&';
  }
  if (out.size() > net::kMaxTargetBytes) return refuse("the arguments are too long together");
  return out;
}

}  // namespace callosum::tool::http
