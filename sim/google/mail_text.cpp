#include "sim/google/mail_text.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "net/http.hpp"
#include "sim/google/base64_text.hpp"
#include "sim/google/params.hpp"

namespace callosum::sim::google {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// The words of "charset?B?text"; empty where it is none.
std::string decode_word(std::string_view word) {
  const auto parts = split(word, '?');
  if (parts.size() != 3 || parts[1].size() != 1) return {};
  const auto charset = parts[0].substr(0, parts[0].find('*'));
  if (parts[1] == "B" || parts[1] == "b") {
    const auto bytes = from_any_base64(parts[2]);
    return bytes ? to_utf8(*bytes, charset) : std::string();
  }
  if (parts[1] != "Q" && parts[1] != "q") return {};
  std::string text(parts[2]);
  std::replace(text.begin(), text.end(), '_', ' ');
  return to_utf8(decode_quoted_printable(text), charset);
}

/// One mailbox of a list: what is in angle brackets, else all of it.
std::string address_in(std::string_view mailbox) {
  const auto open = mailbox.rfind('<');
  const auto close = mailbox.rfind('>');
  if (open != std::string_view::npos && close != std::string_view::npos && open < close) {
    mailbox = mailbox.substr(open + 1, close - open - 1);
  }
  return to_lower_ascii(trim(mailbox));
}

/// Quoted strings and comments out: no comma or bracket in them means anything.
std::string without_quotes(std::string_view header) {
  std::string out;
  bool is_quoted = false;
  std::size_t comments = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const char c = header[i];
    if (c == '\\' && (is_quoted || comments > 0)) {
      ++i;
    } else if (c == '"' && comments == 0) {
      is_quoted = !is_quoted;
    } else if (is_quoted) {
      continue;
    } else if (c == '(') {
      ++comments;
    } else if (c == ')' && comments > 0) {
      --comments;
    } else if (comments == 0) {
      out += c;
    }
  }
  return out;
}

struct Entity {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<Entity, 6> kEntities{{{"&amp;", "&"},
                                           {"&lt;", "<"},
                                           {"&gt;", ">"},
                                           {"&quot;", "\""},
                                           {"&#39;", "'"},
                                           {"&nbsp;", " "}}};

}  // namespace

std::string to_utf8(std::string_view bytes, std::string_view charset) {
  const auto name = to_lower_ascii(charset);
  const bool is_latin = name == "iso-8859-1" || name == "iso-8859-15" || name == "windows-1252";
  if (!is_latin) return repair_utf8(bytes);
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return out;
}

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
      continue;
    }
    const auto rest = text.substr(i + 1);
    if (rest.starts_with("\r\n")) {
      i += 2;
    } else if (rest.starts_with("\n")) {
      i += 1;
    } else if (rest.size() >= 2 && hex_value(rest[0]) >= 0 && hex_value(rest[1]) >= 0) {
      out += static_cast<char>(hex_value(rest[0]) << 4 | hex_value(rest[1]));
      i += 2;
    } else {
      out += '=';
    }
  }
  return out;
}

std::string decode_header(std::string_view value) {
  std::string out;
  bool was_word = false;
  while (!value.empty()) {
    const auto begin = value.find("=?");
    auto plain = value.substr(0, begin);
    // Blanks between two encoded words are theirs, not the text's (RFC 2047 §6.2).
    const bool is_gap = was_word && begin != std::string_view::npos && trim(plain).empty();
    if (!is_gap) out += repair_utf8(plain);
    if (begin == std::string_view::npos) return out;
    value.remove_prefix(begin);
    const auto charset_end = value.find('?', 2);
    const auto kind_end =
        charset_end == std::string_view::npos ? charset_end : value.find('?', charset_end + 1);
    const auto end = kind_end == std::string_view::npos ? kind_end : value.find("?=", kind_end + 1);
    if (end == std::string_view::npos) return out + repair_utf8(value);
    const auto word = decode_word(value.substr(2, end - 2));
    out += word.empty() ? repair_utf8(value.substr(0, end + 2)) : word;
    was_word = true;
    value.remove_prefix(end + 2);
  }
  return out;
}

std::string encode_header(std::string_view text) {
  const bool is_plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (is_plain) return std::string(text);
  return "=?UTF-8?B?" +
         encode_base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}) + "?=";
}

std::vector<std::string> addresses_of(std::string_view header) {
  std::vector<std::string> out;
  const auto plain = without_quotes(header);
  for (const auto mailbox : split(plain, ',')) {
    auto address = address_in(mailbox);
    if (!address.empty()) out.push_back(std::move(address));
  }
  return out;
}

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  const bool has_both = at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
                        text.find('@', at + 1) == std::string_view::npos;
  return has_both && text.size() <= 254 && std::all_of(text.begin(), text.end(), [](char c) {
           return c > 0x20 && c < 0x7f && c != '<' && c != '>' && c != ',' && c != ';';
         });
}

std::string media_type_of(std::string_view value) {
  return to_lower_ascii(trim(value.substr(0, value.find(';'))));
}

std::string header_parameter(std::string_view value, std::string_view name) {
  auto at = value.find(';');
  while (at != std::string_view::npos) {
    value.remove_prefix(at + 1);
    const auto equals = value.find('=');
    if (equals == std::string_view::npos) return {};
    const auto key = to_lower_ascii(trim(value.substr(0, equals)));
    auto rest = value.substr(equals + 1);
    while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
    const bool is_quoted = rest.starts_with('"');
    const auto end = is_quoted ? rest.find('"', 1) : rest.find(';');
    const auto text = is_quoted ? rest.substr(1, end == std::string_view::npos ? end : end - 1)
                                : trim(rest.substr(0, end));
    if (key == name) return decode_header(text);
    if (key == std::string(name) + "*") {
      const auto mark = text.rfind('\'');
      const auto escaped = mark == std::string_view::npos ? text : text.substr(mark + 1);
      return repair_utf8(net::decode_percent(escaped).value_or(std::string(escaped)));
    }
    value = end == std::string_view::npos ? std::string_view() : rest.substr(end);
    at = value.find(';');
  }
  return {};
}

std::string text_of_html(std::string_view html) {
  std::string out;
  bool is_tag = false;
  for (std::size_t i = 0; i < html.size(); ++i) {
    if (html[i] == '<' || html[i] == '>') {
      is_tag = html[i] == '<';
      if (!is_tag) out += ' ';
      continue;
    }
    if (is_tag) continue;
    const auto entity = std::find_if(kEntities.begin(), kEntities.end(), [&](const auto& row) {
      return html.substr(i).starts_with(row.name);
    });
    if (entity == kEntities.end()) {
      out += html[i];
    } else {
      out += entity->text;
      i += entity->name.size() - 1;
    }
  }
  return out;
}

}  // namespace callosum::sim::google
