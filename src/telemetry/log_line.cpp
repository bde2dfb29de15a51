#include "telemetry/log_line.hpp"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <unicode/utf8.h>
#include <vector>

namespace callosum::telemetry {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

/// Controls, and what a terminal or an editor obeys instead of showing: C1, line separators, bidi
/// marks, tags.
bool must_escape(UChar32 c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return true;
  return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

void append_escape(UChar32 c, std::string& out) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c > 0xffff) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xd7c0 + (c >> 10),
                   0xdc00 + (c & 0x3ff));
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(c));
  }
}

void append_quoted(std::string_view text, std::size_t max_bytes, std::string& out) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  const auto limit = std::min<std::int64_t>(size, static_cast<std::int64_t>(max_bytes));
  out += '"';
  std::int64_t at = 0;
  while (at < limit) {
    const std::int64_t start = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (at > limit) {
      at = start;
      break;
    }
    if (c < 0) {
      out += kReplacement;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (must_escape(c)) {
      append_escape(c, out);
    } else {
      out.append(
          text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(at - start)));
    }
  }
  if (at < size) out += kEllipsis;
  out += '"';
}

void append_value(const LogField::Value& value, std::string& out) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    append_quoted(*text, kMaxFieldBytes, out);
  } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    // JSON has no word for what is not finite.
    if (!std::isfinite(*real)) {
      out += "null";
    } else {
      fmt::format_to(std::back_inserter(out), "{}", *real);
    }
  } else {
    out += std::get<bool>(value) ? "true" : "false";
  }
}

std::string format_time(WallTime time) {
  namespace chrono = std::chrono;
  const auto ms = epoch_ms(time);
  const auto days = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date{days};
  const chrono::hh_mm_ss clock{chrono::floor<chrono::milliseconds>(time - days)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     ((ms % 1000) + 1000) % 1000);
}

/// Calls `write(key, value)` for each field that fits; a key used before gets a number: no key
/// stands twice.
template <class Write>
void for_each_field(const LogLine& line, Write write) {
  std::vector<std::string> used = {"ts", "level", "event", "dropped_lines"};
  std::size_t written = 0;
  for (const auto& field : line.fields) {
    if (written++ == kMaxFields) return;
    std::string key(field.key.substr(0, kMaxKeyBytes));
    for (int n = 2; std::find(used.begin(), used.end(), key) != used.end(); ++n) {
      key = fmt::format("{}_{}", field.key.substr(0, kMaxKeyBytes), n);
    }
    write(key, field.value);
    used.push_back(std::move(key));
  }
}

/// Plain where nothing in it could be misread, else quoted.
void append_bare(std::string_view text, std::string& out) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:@+").find(c) != std::string_view::npos;
  };
  const bool plain = !text.empty() && text.size() <= kMaxFieldBytes &&
                     std::all_of(text.begin(), text.end(), is_plain);
  if (plain) {
    out += text;
  } else {
    append_quoted(text, kMaxFieldBytes, out);
  }
}

}  // namespace

std::string_view to_string(LogLevel level) {
  constexpr std::array<std::string_view, 5> kWords{"debug", "info", "warn", "error", "off"};
  return kWords[static_cast<std::size_t>(level)];
}

std::string render_json(const LogLine& line) {
  std::string out;
  out.reserve(256);
  fmt::format_to(std::back_inserter(out), R"({{"ts":"{}","level":"{}","event":)",
                 format_time(line.time), to_string(line.level));
  append_quoted(line.event, kMaxFieldBytes, out);
  for_each_field(line, [&](const std::string& key, const LogField::Value& value) {
    out += ',';
    append_quoted(key, key.size(), out);
    out += ':';
    append_value(value, out);
  });
  if (line.dropped_before > 0) {
    fmt::format_to(std::back_inserter(out), R"(,"dropped_lines":{})", line.dropped_before);
  }
  out += '}';
  return out;
}

std::string render_text(const LogLine& line) {
  const std::string time = format_time(line.time);
  std::string out = fmt::format("{} {:<5} ", time.substr(11, 12), to_string(line.level));
  append_bare(line.event, out);
  for_each_field(line, [&](const std::string& key, const LogField::Value& value) {
    out += ' ';
    append_bare(key, out);
    out += '=';
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      append_bare(*text, out);
    } else {
      append_value(value, out);
    }
  });
  if (line.dropped_before > 0) {
    fmt::format_to(std::back_inserter(out), " dropped_lines={}", line.dropped_before);
  }
  return out;
}

}  // namespace callosum::telemetry
