#include "tool/http/free_slots.hpp"

#include <algorithm>
#include <string>

#include "base/json.hpp"
#include "tool/http/calendar_time.hpp"
#include "tool/http/json_pointer.hpp"

namespace callosum::tool::http::calendar {
namespace {

constexpr std::size_t kMostSpans = 2000;

Error unreadable(std::string why) {
  return fail(ErrorType::invalid_output, "the calendar's answer could not be understood",
              std::move(why));
}

std::chrono::sys_seconds next_five_minutes(std::chrono::sys_seconds time) {
  return std::chrono::ceil<std::chrono::duration<std::int64_t, std::ratio<300>>>(time);
}

}  // namespace

Result<std::vector<Span>> read_busy(const json::value& answer) {
  static const auto kBusy = JsonPointer::parse("/calendars/primary/busy");
  const auto* found = kBusy->find(answer);
  const auto* list = found == nullptr ? nullptr : found->if_array();
  if (list == nullptr) return unreadable("freeBusy: no /calendars/primary/busy");
  std::vector<Span> out;
  for (const auto& item : *list) {
    const auto* span = item.if_object();
    if (span == nullptr || out.size() == kMostSpans) return unreadable("freeBusy: too much");
    const auto begin = parse_instant(std::string(text_at(*span, "start")));
    const auto end = parse_instant(std::string(text_at(*span, "end")));
    if (!begin || !end) return unreadable("freeBusy: a span without start and end");
    out.push_back({*begin, *end});
  }
  return out;
}

std::vector<Span> find_slots(const SlotSearch& search, std::vector<Span> busy) {
  std::sort(busy.begin(), busy.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::vector<Span> slots;
  for (const auto& window : search.windows) {
    auto at = next_five_minutes(std::max(window.begin, search.not_before));
    const auto take = [&](std::chrono::sys_seconds until) {
      if (slots.size() < search.most && at + search.length <= until) slots.push_back({at, until});
    };
    for (const auto& taken : busy) {
      if (taken.end <= at) continue;
      if (taken.begin >= window.end) break;
      take(taken.begin);
      at = next_five_minutes(std::max(at, taken.end));
    }
    take(window.end);
  }
  return slots;
}

}  // namespace callosum::tool::http::calendar
