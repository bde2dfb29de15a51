#include "sim/google/mail_message.hpp"

#include "base/text.hpp"
#include "net/http_syntax.hpp"
#include "sim/google/base64_text.hpp"
#include "sim/google/mail_text.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kMostDepth = 10;
constexpr std::size_t kMostParts = 100;
constexpr std::size_t kMostHeaders = 200;
constexpr std::size_t kMostHeaderBytes = 64 * 1024;

Error bad(std::string message) { return fail(ErrorType::validation, std::move(message)); }

/// A line off the front of a text, without its end.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_folded(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

class Parser {
 public:
  Result<MailPart> read(std::string_view text, std::string id, std::size_t depth) {
    if (depth > kMostDepth) return bad("parts in parts, more than ten deep");
    if (++parts_ > kMostParts) return bad("more than a hundred parts");
    MailPart part;
    part.id = std::move(id);
    const auto headed = read_headers(text, part);
    if (!headed) return headed.error();
    const auto type = part.header("Content-Type");
    if (!type.empty()) part.mime_type = media_type_of(type);
    part.filename = header_parameter(part.header("Content-Disposition"), "filename");
    if (part.filename.empty()) part.filename = header_parameter(type, "name");
    if (part.mime_type.starts_with("multipart/")) {
      const auto split_up = read_parts(text, part, depth);
      if (!split_up) return split_up.error();
      return part;
    }
    part.body = decode_body(text, part);
    return part;
  }

 private:
  static Result<void> read_headers(std::string_view& text, MailPart& part) {
    std::size_t bytes = 0;
    while (!text.empty()) {
      auto line = take_line(text);
      if (line.empty()) break;
      const auto colon = line.find(':');
      if (colon == std::string_view::npos || colon == 0 ||
          !net::is_http_token(line.substr(0, colon)))
        return bad("a line of the header is no field: name, colon, value");
      std::string value(trim(line.substr(colon + 1)));
      while (is_folded(text)) value += " " + std::string(trim(take_line(text)));
      bytes += line.size() + value.size();
      if (bytes > kMostHeaderBytes) return bad("more than 64 KiB of header");
      part.headers.emplace_back(line.substr(0, colon), decode_header(value));
      if (part.headers.size() > kMostHeaders) return bad("more than 200 header fields");
    }
    return {};
  }

  Result<void> read_parts(std::string_view text, MailPart& part, std::size_t depth) {
    const auto boundary = header_parameter(part.header("Content-Type"), "boundary");
    if (boundary.empty()) return bad("a multipart without a boundary");
    const auto mark = "--" + boundary;
    const auto prefix = part.id.empty() ? std::string() : part.id + ".";
    std::string_view rest = text;
    const char* begin = nullptr;
    while (!rest.empty()) {
      const char* const at = rest.data();
      const auto line = take_line(rest);
      if (line != mark && line != mark + "--") continue;
      if (begin) {
        const std::string_view inner(begin, static_cast<std::size_t>(at - begin));
        auto read_part = read(inner, prefix + std::to_string(part.parts.size()), depth + 1);
        if (!read_part) return read_part.error();
        part.parts.push_back(std::move(*read_part));
      }
      begin = rest.data();
      if (line != mark) return {};
    }
    return bad("a multipart whose last boundary is missing");
  }

  static std::string decode_body(std::string_view text, const MailPart& part) {
    // The line break before a boundary is the boundary's (RFC 2046 §5.1.1).
    if (!part.id.empty()) {
      if (text.ends_with('\n')) text.remove_suffix(1);
      if (text.ends_with('\r')) text.remove_suffix(1);
    }
    const auto coding = to_lower_ascii(trim(part.header("Content-Transfer-Encoding")));
    std::string bytes(text);
    if (coding == "base64") bytes = from_any_base64(text).value_or(bytes);
    if (coding == "quoted-printable") bytes = decode_quoted_printable(text);
    const bool is_text = part.mime_type.starts_with("text/") && part.filename.empty();
    if (!is_text) return bytes;
    return to_utf8(bytes, header_parameter(part.header("Content-Type"), "charset"));
  }

  std::size_t parts_ = 0;
};

const MailPart* find_type(const MailPart& part, std::string_view type) {
  if (part.mime_type == type && part.filename.empty()) return &part;
  for (const auto& inner : part.parts) {
    if (const auto* found = find_type(inner, type)) return found;
  }
  return nullptr;
}

}  // namespace

std::string_view MailPart::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (net::equal_ignoring_case(known, name)) return value;
  }
  return {};
}

const MailPart* MailPart::find(std::string_view place) const {
  if (id == place) return this;
  for (const auto& part : parts) {
    if (const auto* found = part.find(place)) return found;
  }
  return nullptr;
}

Result<MailPart> parse_mail(std::string_view raw) {
  if (raw.empty()) return bad("the mail is empty");
  return Parser().read(raw, "", 0);
}

std::string readable_text(const MailPart& mail) {
  if (const auto* plain = find_type(mail, "text/plain")) return plain->body;
  const auto* page = find_type(mail, "text/html");
  return page ? text_of_html(page->body) : std::string();
}

bool has_attachment(const MailPart& mail) {
  if (!mail.filename.empty()) return true;
  for (const auto& part : mail.parts) {
    if (has_attachment(part)) return true;
  }
  return false;
}

std::string without_header(std::string_view raw, std::string_view name) {
  std::string out;
  bool is_dropped = false;
  while (!raw.empty()) {
    const std::string_view before = raw;
    const auto line = take_line(raw);
    if (line.empty()) return out + std::string(before);
    if (!is_folded(line)) {
      is_dropped = net::equal_ignoring_case(trim(line.substr(0, line.find(':'))), name);
    }
    if (!is_dropped) out += before.substr(0, before.size() - raw.size());
  }
  return out;
}

}  // namespace callosum::sim::google
