#include "sim/google/free_busy.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/json.hpp"

namespace callosum::sim::google {
namespace {

bool is_declined(const Event& event, std::string_view owner) {
  const auto* attendees = find_array(event.fields, "attendees");
  if (!attendees) return false;
  return std::any_of(attendees->begin(), attendees->end(), [&](const json::value& entry) {
    const auto& attendee = entry.get_object();
    return text_at(attendee, "email") == owner && text_at(attendee, "responseStatus") == "declined";
  });
}

}  // namespace

std::vector<BusySpan> busy_spans(const Calendar& calendar, EventRange range,
                                 std::string_view owner) {
  range.expands = true;
  std::vector<BusySpan> all;
  for (const auto& one : CalendarBook::occurrences(calendar, range)) {
    const bool is_free = text_at(one.event->fields, "transparency") == "transparent" ||
                         is_declined(*one.event, owner);
    if (is_free || one.ends_ms() <= one.begins_ms()) continue;
    all.push_back({std::max(one.begins_ms(), range.min_ms), std::min(one.ends_ms(), range.max_ms)});
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.begin_ms < b.begin_ms; });
  std::vector<BusySpan> joined;
  for (const auto& span : all) {
    if (!joined.empty() && span.begin_ms <= joined.back().end_ms) {
      joined.back().end_ms = std::max(joined.back().end_ms, span.end_ms);
    } else {
      joined.push_back(span);
    }
  }
  return joined;
}

}  // namespace callosum::sim::google
