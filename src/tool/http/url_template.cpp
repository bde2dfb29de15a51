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

struct Filled {
  std::string text;
  bool has_values = false;
  std::string missing;  ///< an argument that is not there
};

Result<Filled> fill_encoded(const TextTemplate& text, const json::object& arguments) {
  Filled out;
  for (const auto& piece : text.pieces()) {
    if (!piece.is_argument) {
      out.text += piece.text;
      continue;
    }
    const auto value = text_of(arguments, piece.text);
    if (!value) return value.error();
    if (!*value) {
      out.missing = piece.text;
      continue;
    }
    if ((*value)->find('\0') != std::string::npos) {
      return refuse(piece.text + ": expected text without NUL");
    }
    out.has_values = true;
    out.text += net::encode_percent(**value);
  }
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

/// "x" for each name; an object where a longer name goes on behind it.
json::object example_of(const Names& known) {
  json::object out;
  for (const auto& name : known) {  // in order: "args" before "args.from"
    auto* at = &out;
    std::string_view rest = name;
    for (auto dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      auto& inner = (*at)[rest.substr(0, dot)];
      if (!inner.is_object()) inner = json::object();
      at = &inner.get_object();
      rest.remove_prefix(dot + 1);
    }
    (*at)[rest] = "x";
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
    for (const auto text : split(target.substr(question + 1), '&')) {
      auto parameter = parse_parameter(text, known);
      if (!parameter) return parameter.error();
      out.parameters_.push_back(std::move(*parameter));
    }
  }
  // What is written, with plain words for the arguments, is what an origin server takes.
  const auto example = out.fill(example_of(known));
  if (!example) return example.error();
  if (const auto fault = net::check_target("GET", *example)) {
    return refuse(std::string(fault->reason) + "; expected a URL with its escapes");
  }
  return out;
}

Result<UrlTemplate::Parameter> UrlTemplate::parse_parameter(std::string_view text,
                                                            const Names& known) {
  Parameter out;
  const auto add = [&](std::string_view piece, std::optional<std::string_view> otherwise) {
    Part part;
    auto parsed = TextTemplate::parse(piece, known);
    if (!parsed) return Result<void>(parsed.error());
    part.text = std::move(*parsed);
    if (otherwise) {
      auto second = TextTemplate::parse(*otherwise, known);
      if (!second) return Result<void>(second.error());
      part.otherwise = std::move(*second);
    }
    out.push_back(std::move(part));
    return Result<void>();
  };
  while (!text.empty()) {
    const auto open = text.find_first_of("[]");
    if (open > 0) {
      const auto added = add(text.substr(0, open), std::nullopt);
      if (!added) return added.error();
    }
    if (open == std::string_view::npos) break;
    const auto close = text.find_first_of("[]", open + 1);
    const bool is_pair = text[open] == '[' && close != std::string_view::npos && text[close] == ']';
    if (!is_pair) return refuse("a bracket without the other; expected [optional part], or %5B");
    const auto inner = text.substr(open + 1, close - open - 1);
    const auto bar = inner.find('|');
    const auto added =
        add(inner.substr(0, bar),
            bar == std::string_view::npos ? std::string_view() : inner.substr(bar + 1));
    if (!added) return added.error();
    text.remove_prefix(close + 1);
  }
  return out;
}

/// Nothing where none of its arguments is there.
Result<std::string> UrlTemplate::fill_parameter(const Parameter& parameter,
                                                const json::object& arguments) {
  std::string out;
  std::string missing;
  bool is_asked = false;
  bool has_arguments = false;
  for (const auto& part : parameter) {
    auto filled = fill_encoded(part.text, arguments);
    if (!filled) return filled.error();
    has_arguments = has_arguments || part.text.has_arguments();
    if (part.otherwise && !filled->missing.empty()) {
      filled = fill_encoded(*part.otherwise, arguments);
      if (!filled) return filled.error();
      if (!filled->missing.empty()) continue;
      filled->has_values = !filled->text.empty();
    }
    is_asked = is_asked || filled->has_values;
    if (!filled->missing.empty()) missing = filled->missing;
    out += filled->text;
  }
  if (has_arguments && !is_asked) return std::string();
  if (!missing.empty()) return refuse(missing + ": needed beside the others");
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
