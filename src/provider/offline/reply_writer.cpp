#include "provider/offline/reply_writer.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::provider::offline {
namespace {

int number_in(std::string_view text, std::size_t at, std::size_t count) {
  int value = -1;
  if (at + count <= text.size()) std::from_chars(text.data() + at, text.data() + at + count, value);
  return value;
}

std::string say_date(std::string_view iso) {
  constexpr std::array kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                             "Thursday", "Friday", "Saturday"};
  constexpr std::array kMonths{"January",   "February", "March",    "April",
                               "May",       "June",     "July",     "August",
                               "September", "October",  "November", "December"};
  const std::chrono::year_month_day date{
      std::chrono::year{number_in(iso, 0, 4)},
      std::chrono::month{static_cast<unsigned>(std::max(0, number_in(iso, 5, 2)))},
      std::chrono::day{static_cast<unsigned>(std::max(0, number_in(iso, 8, 2)))}};
  if (!date.ok()) return std::string(iso);
  const std::chrono::weekday weekday{std::chrono::sys_days{date}};
  return std::string(kDays[weekday.c_encoding()]) + ", " +
         kMonths[static_cast<unsigned>(date.month()) - 1] + " " +
         std::to_string(static_cast<unsigned>(date.day()));
}

std::string say_time(std::string_view clock) {
  const int hour = number_in(clock, 0, 2);
  const int minute = number_in(clock, 3, 2);
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59) return std::string(clock);
  const int shown = hour % 12 == 0 ? 12 : hour % 12;
  std::string out = std::to_string(shown);
  if (minute > 0) out += (minute < 10 ? " oh " : " ") + std::to_string(minute);
  return out + (hour % 24 < 12 ? " a m" : " p m");
}

std::string say_money(double amount) {
  const auto cents = static_cast<long>(std::lround(amount * 100));
  std::string out = std::to_string(cents / 100) + (cents / 100 == 1 ? " dollar" : " dollars");
  if (cents % 100 != 0) out += " and " + std::to_string(cents % 100) + " cents";
  return out;
}

std::string say_value(const json::value& value);

std::string say_list(const json::array& items, std::string_view field) {
  std::vector<std::string> parts;
  for (const auto& item : items) {
    if (parts.size() == 6) break;  // nobody keeps more in mind
    const auto* object = item.if_object();
    const auto* member = object && !field.empty() ? object->if_contains(field) : nullptr;
    parts.push_back(member ? say_value(*member) : say_value(item));
  }
  if (parts.empty()) return "none";
  std::string out = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    out += i + 1 == parts.size() ? " and " : ", ";
    out += parts[i];
  }
  return out;
}

std::string say_value(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "";
    case json::kind::bool_:
      return value.get_bool() ? "yes" : "no";
    case json::kind::string:
      return std::string(value.get_string());
    case json::kind::array:
      return say_list(value.get_array(), {});
    case json::kind::object: {
      std::string out;
      for (const auto& [key, member] : value.get_object()) {
        if (member.is_structured() || member.is_null()) continue;
        if (!out.empty()) out += ", ";
        std::string name(key);
        for (char& c : name) c = c == '_' ? ' ' : c;
        out += name + " " + say_value(member);
      }
      return out;
    }
    default: {
      std::string out;
      append_canonical_json(value, out);
      return out;
    }
  }
}

double number_of(const json::value& value) {
  if (value.is_double()) return value.get_double();
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  double parsed = 0;
  if (value.is_string()) {
    const auto& text = value.get_string();
    std::from_chars(text.data(), text.data() + text.size(), parsed);
  }
  return parsed;
}

std::string format(const json::value& value, std::string_view format) {
  const std::string_view text =
      value.is_string() ? std::string_view(value.get_string()) : std::string_view{};
  if (format == "datetime") return say_datetime(text);
  if (format == "date") return say_date(text);
  if (format == "time") {
    const auto t = text.find('T');
    return say_time(t == std::string_view::npos ? text : text.substr(t + 1));
  }
  if (format == "money") return say_money(number_of(value));
  if (format == "minutes") return std::to_string(std::lround(number_of(value))) + " minutes";
  if (format.starts_with("list") && value.is_array()) {
    return say_list(value.get_array(), format.size() > 5 ? format.substr(5) : std::string_view{});
  }
  std::string words = say_value(value);
  if (format == "words") {
    for (char& c : words) c = c == '_' || c == '-' ? ' ' : c;
  }
  return words;
}

/// "items.0.service": a path of members and positions.
const json::value* find_field(const json::value& data, std::string_view path) {
  const json::value* at = &data;
  for (const auto part : split(path, '.')) {
    if (const auto* object = at->if_object()) {
      at = object->if_contains(part);
    } else if (const auto* array = at->if_array()) {
      std::size_t index = 0;
      const auto parsed = std::from_chars(part.data(), part.data() + part.size(), index);
      at = parsed.ec == std::errc() && index < array->size() ? &(*array)[index] : nullptr;
    } else {
      at = nullptr;
    }
    if (!at) return nullptr;
  }
  return at;
}

bool is_empty(const json::value& data) {
  if (data.is_null()) return true;
  if (const auto* array = data.if_array()) return array->empty();
  const auto* object = data.if_object();
  const auto* items = object ? find_array(*object, "items") : nullptr;
  return items && items->empty();
}

}  // namespace

std::string say_datetime(std::string_view iso) {
  const auto t = iso.find('T');
  if (t == std::string_view::npos) return say_date(iso);
  return say_date(iso) + " at " + say_time(iso.substr(t + 1));
}

std::string fill_reply(std::string_view reply, const json::value& data) {
  std::string out;
  while (true) {
    const auto open = reply.find('{');
    out += reply.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = reply.find('}', open);
    if (close == std::string_view::npos) return out;
    auto name = reply.substr(open + 1, close - open - 1);
    std::string_view how;
    if (const auto bar = name.find('|'); bar != std::string_view::npos) {
      how = trim(name.substr(bar + 1));
      name = trim(name.substr(0, bar));
    }
    if (const auto* value = find_field(data, name)) out += format(*value, how);
    reply.remove_prefix(close + 1);
  }
}

std::string write_reply(const registry::ToolSpec* tool, std::string_view output) {
  const auto parsed = parse_strict(output, {.max_bytes = 1 << 20, .max_depth = 32});
  const auto* envelope = parsed && parsed->is_object() ? &parsed->get_object() : nullptr;
  if (!envelope || !envelope->contains("ok")) {
    return "The answer is: " + std::string(cut_utf8(output, 400));  // a caller's own tool
  }
  const auto* ok = envelope->if_contains("ok");
  if (!ok->is_bool() || !ok->get_bool()) {
    const auto* error = find_object(*envelope, "error");
    if (!error) return "I'm sorry, that did not work.";
    const auto say = text_at(*error, "say");
    if (!say.empty()) return std::string(say);
    return "I'm sorry, " + std::string(text_at(*error, "message", "that did not work")) + ".";
  }
  const auto* data = envelope->if_contains("data");
  if (!data || is_empty(*data)) {
    return tool && !tool->reply_empty.empty() ? tool->reply_empty
                                              : "I could not find anything about that.";
  }
  if (tool && !tool->reply.empty()) return fill_reply(tool->reply, *data);
  return "Here is what I found: " + say_value(*data) + ".";
}

}  // namespace callosum::provider::offline
