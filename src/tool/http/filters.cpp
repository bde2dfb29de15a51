#include "tool/http/filters.hpp"

#include <array>
#include <charconv>
#include <date/date.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "net/http_syntax.hpp"
#include "tool/http/mail_parts.hpp"

namespace callosum::tool::http {
namespace {

using Filtered = std::optional<json::value>;

Filtered text_value(std::string text) { return json::value(json::string(text)); }

Filtered header_of(const json::value& headers, std::string_view name) {
  const auto* list = headers.if_array();
  if (list == nullptr) return std::nullopt;
  for (const auto& item : *list) {
    const auto* header = item.if_object();
    if (header == nullptr || !net::equal_ignoring_case(text_at(*header, "name"), name)) continue;
    return text_value(readable(text_at(*header, "value")));
  }
  return std::nullopt;
}

/// "Anna Visser" of `"Anna Visser" <anna@example.com>`; the address where there is no name.
std::string_view name_in(std::string_view address) {
  const auto open = address.find('<');
  auto name = trim(address.substr(0, open));
  if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) {
    name = trim(name.substr(1, name.size() - 2));
  }
  return name.empty() ? trim(address) : name;
}

Filtered has_text(const json::value& list, std::string_view wanted) {
  const auto* items = list.if_array();
  if (items == nullptr) return std::nullopt;
  for (const auto& item : *items) {
    if (item.is_string() && item.get_string() == wanted) return json::value(true);
  }
  return json::value(false);
}

/// Services write such numbers as text.
Filtered time_of(const json::value& value) {
  std::int64_t ms = 0;
  if (value.is_int64()) {
    ms = value.get_int64();
  } else if (const auto* text = value.if_string()) {
    const char* const end = text->data() + text->size();
    const auto [stopped, error] = std::from_chars(text->data(), end, ms);
    if (error != std::errc() || stopped != end) return std::nullopt;
  } else {
    return std::nullopt;
  }
  constexpr std::int64_t kYear10000 = 253'402'300'800'000;
  if (ms < 0 || ms >= kYear10000) return std::nullopt;
  const date::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(ms)};
  return text_value(date::format("%FT%TZ", date::floor<std::chrono::seconds>(at)));
}

Result<Filter> header_filter(RunFields& fields) {
  auto name = fields.text("name", Need::required);
  return Filter([name](const json::value& value) { return header_of(value, name); });
}

Result<Filter> mail_name_filter(RunFields& fields) {
  auto name = fields.text("name", Need::required);
  return Filter([name](const json::value& value) -> Filtered {
    const auto header = header_of(value, name);
    if (!header) return std::nullopt;
    return text_value(std::string(name_in(header->get_string())));
  });
}

Result<Filter> mail_text_filter(RunFields& fields) {
  const auto max = static_cast<std::size_t>(fields.number("max", 6000, 100, 64 << 10));
  return Filter([max](const json::value& value) -> Filtered {
    const auto* payload = value.if_object();
    if (payload == nullptr) return std::nullopt;
    return text_value(text_of_mail(*payload, max));
  });
}

Result<Filter> mail_files_filter(RunFields& /*fields*/) {
  return Filter([](const json::value& value) -> Filtered {
    const auto* payload = value.if_object();
    if (payload == nullptr) return std::nullopt;
    json::array names;
    for (auto& name : files_of_mail(*payload)) names.emplace_back(std::move(name));
    if (names.empty()) return std::nullopt;
    return json::value(std::move(names));
  });
}

Result<Filter> words_filter(RunFields& /*fields*/) {
  return Filter([](const json::value& value) -> Filtered {
    const auto* text = value.if_string();
    if (text == nullptr) return std::nullopt;
    return text_value(readable(without_escapes(*text)));
  });
}

Result<Filter> has_filter(RunFields& fields) {
  auto wanted = fields.text("value", Need::required);
  return Filter([wanted](const json::value& value) { return has_text(value, wanted); });
}

Result<Filter> time_filter(RunFields& /*fields*/) { return Filter(time_of); }

struct Row {
  std::string_view name;
  Result<Filter> (*make)(RunFields&);
};
constexpr std::array kRows{Row{"header", header_filter},
                           Row{"mail_name", mail_name_filter},
                           Row{"mail_text", mail_text_filter},
                           Row{"mail_files", mail_files_filter},
                           Row{"words", words_filter},
                           Row{"has", has_filter},
                           Row{"time", time_filter}};

}  // namespace

Result<Filter> read_filter(RunFields& fields) {
  const auto wanted = fields.text("as", Need::required);
  std::set<std::string, std::less<>> known;
  for (const auto& row : kRows) {
    if (row.name == wanted) return row.make(fields);
    known.emplace(row.name);
  }
  return fail(ErrorType::validation, "as: there is no filter " + wanted + hint_of(wanted, known));
}

}  // namespace callosum::tool::http
