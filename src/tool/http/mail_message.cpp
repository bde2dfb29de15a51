#include "tool/http/mail_message.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::tool::http {
namespace {

constexpr std::size_t kMostAddresses = 50;
constexpr std::size_t kMaxAddressBytes = 320;
constexpr std::size_t kMaxSubjectBytes = 1000;
constexpr std::size_t kMaxTextBytes = 256 << 10;
/// Of text in an encoded word: 75 characters in all (RFC 2047 §2), in base64.
constexpr std::size_t kWordBytes = 42;
constexpr std::size_t kLineBytes = 57;  // 76 characters in base64 (RFC 2045 §6.8)

Error refuse(std::string_view member, const std::string& why) {
  return fail(ErrorType::validation, std::string(member) + ": " + why);
}

std::string base64_of(std::string_view text) {
  return encode_base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// What could end a line, or begin another field of the head.
bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

/// One line, whatever the alphabet.
std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto piece = cut_utf8(text, kWordBytes);
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64_of(piece) + "?=";
    text.remove_prefix(piece.size());
  }
  return out;
}

bool is_address(std::string_view text) {
  const auto at = text.find('@');
  const bool has_parts = at != std::string_view::npos && at > 0 && at + 1 < text.size();
  constexpr std::string_view kSpecial = " \t,;:<>()[]\\\"";
  return has_parts && text.find('@', at + 1) == std::string_view::npos && is_ascii(text) &&
         text.find_first_of(kSpecial) == std::string_view::npos && !text.ends_with('.');
}

/// "Anna Visser <anna@example.com>" or the address alone.
Result<std::string> write_address(std::string_view member, std::string_view text) {
  text = trim(text);
  const std::string wrong = "expected an address such as anna@example.com";
  if (text.size() > kMaxAddressBytes || has_controls(text)) return refuse(member, wrong);
  if (!text.ends_with('>')) {
    if (!is_address(text)) return refuse(member, wrong);
    return std::string(text);
  }
  const auto open = text.find('<');
  auto address = text.substr(open + 1);
  address.remove_suffix(1);
  if (open == std::string_view::npos || !is_address(address)) return refuse(member, wrong);
  auto name = trim(text.substr(0, open));
  if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) {
    name = name.substr(1, name.size() - 2);
  }
  if (name.empty()) return std::string(address);
  const bool is_plain = is_ascii(name) && name.find_first_of("\"\\") == std::string_view::npos;
  const auto written = is_plain ? "\"" + std::string(name) + "\"" : encoded_words(name);
  return written + " <" + std::string(address) + ">";
}

/// "a@example.com,\r\n b@example.com"; empty where there is none.
Result<std::string> write_addresses(const json::object& fields, std::string_view member) {
  const auto* written = fields.if_contains(member);
  if (written == nullptr || written->is_null()) return std::string();
  std::vector<std::string_view> texts;
  if (const auto* one = written->if_string()) {
    texts = split(*one, ',');
  } else if (const auto* list = written->if_array()) {
    for (const auto& item : *list) {
      if (!item.is_string()) return refuse(member, "expected addresses");
      texts.emplace_back(item.get_string());
    }
  } else {
    return refuse(member, "expected an address, or a list of them");
  }
  if (texts.size() > kMostAddresses) return refuse(member, "expected at most 50 addresses");
  std::vector<std::string> out;
  for (const auto text : texts) {
    auto address = write_address(member, text);
    if (!address) return address;
    out.push_back(std::move(*address));
  }
  return join(out, ",\r\n ");
}

Result<std::string> write_subject(const json::object& fields) {
  const auto* written = fields.if_contains("subject");
  if (written == nullptr || written->is_null()) return std::string();
  const auto* text = written->if_string();
  if (text == nullptr || text->size() > kMaxSubjectBytes || has_controls(*text)) {
    return refuse("subject", "expected one line of text");
  }
  // Long ones are folded, which encoded words do by themselves.
  const bool is_plain =
      is_ascii(*text) && text->size() <= 66 && text->find("=?") == json::string::npos;
  return is_plain ? std::string(*text) : encoded_words(*text);
}

Result<std::string> write_text(const json::object& fields) {
  const auto* written = fields.if_contains("text");
  const auto* text = written == nullptr ? nullptr : written->if_string();
  if (text == nullptr || trim(*text).empty()) return refuse("text", "needed: what the mail says");
  if (text->size() > kMaxTextBytes) return refuse("text", "expected at most 256 KiB");
  std::string lines;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const auto piece = rest.substr(0, kLineBytes);
    lines += base64_of(piece) + "\r\n";
    rest.remove_prefix(piece.size());
  }
  return lines;
}

}  // namespace

Result<std::string> write_mail(const json::value& fields) {
  const auto* map = fields.if_object();
  if (map == nullptr) return fail(ErrorType::validation, "expected to, subject and text");
  std::string out;
  for (const auto& [member, name] : {std::pair{"to", "To"}, {"cc", "Cc"}, {"bcc", "Bcc"}}) {
    const auto addresses = write_addresses(*map, member);
    if (!addresses) return addresses;
    if (addresses->empty() && std::string_view(member) == "to") {
      return refuse("to", "needed: whom the mail is for");
    }
    if (!addresses->empty()) out += std::string(name) + ": " + *addresses + "\r\n";
  }
  const auto subject = write_subject(*map);
  if (!subject) return subject;
  const auto text = write_text(*map);
  if (!text) return text;
  out += "Subject: " + *subject + "\r\n";
  out +=
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n";
  return out + *text;
}

}  // namespace callosum::tool::http
