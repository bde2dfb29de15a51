#include "tool/sql/local_time.hpp"

#include <date/tz.h>
#include <sstream>
#include <string>

namespace callosum::tool::sql {
namespace {

std::optional<date::sys_seconds> parse_utc(const std::string& text) {
  for (const char* format : {"%FT%TZ", "%F %T", "%FT%RZ", "%F %R"}) {
    date::sys_seconds time;
    std::istringstream in(text);
    in >> date::parse(format, time);
    if (!in.fail() && in.peek() == std::istringstream::traits_type::eof()) return time;
  }
  return std::nullopt;
}

}  // namespace

Result<json::value> local_time(const json::value& utc, const json::value& timezone) {
  if (!utc.is_string() || !timezone.is_string()) return json::value(nullptr);
  const auto time = parse_utc(std::string(utc.get_string()));
  if (!time) return json::value(nullptr);
  // The library speaks of an unknown name by throwing.
  try {
    const auto* zone = date::locate_zone(std::string(timezone.get_string()));
    return json::value(date::format("%FT%T%Ez", date::make_zoned(zone, *time)));
  } catch (const std::runtime_error& problem) {
    return fail(ErrorType::validation, "the business's time zone is not known",
                std::string("local_time: ") + problem.what());
  }
}

}  // namespace callosum::tool::sql
