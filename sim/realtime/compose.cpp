#include "sim/realtime/compose.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "sim/realtime/dialect.hpp"

namespace callosum::sim {
namespace {

using Events = std::vector<json::object>;

std::size_t whole_characters(std::string_view text, std::size_t end) {
  while (end < text.size() && (text[end] & 0xc0) == 0x80) ++end;
  return end;
}

/// The events that announce an item stand before its first delta.
void announce_again(Events& events) {
  std::size_t count = 0;
  while (count < events.size() && text_at(events[count], "type").ends_with("item.added")) ++count;
  const Events announced(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count));
  events.insert(events.begin() + static_cast<std::ptrdiff_t>(count), announced.begin(),
                announced.end());
}

Events call_events(const CallPlan& call, std::size_t index, const ResponseFrame& frame) {
  auto events = frame.dialect->call_events(call, index, frame);
  if (call.is_added_twice) announce_again(events);
  return events;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::size_t from = 0;
  while (from < text.size()) {
    auto to = text.find(' ', from + 1);
    if (to == std::string_view::npos) to = text.size();
    out.emplace_back(text.substr(from, to - from));
    from = to;
  }
  return out;
}

std::vector<std::string> pieces_of(const CallPlan& call, std::string_view arguments,
                                   std::size_t otherwise) {
  if (!call.pieces.empty()) return call.pieces;
  if (call.piece_count == 0 && otherwise == 0) return {std::string(arguments)};
  const auto count = call.piece_count;
  const auto size = count > 0 ? (arguments.size() + count - 1) / count : otherwise;
  std::vector<std::string> out;
  for (std::size_t from = 0; from < arguments.size();) {
    const auto to = whole_characters(
        arguments, std::min(arguments.size(), from + std::max<std::size_t>(size, 1)));
    out.emplace_back(arguments.substr(from, to - from));
    from = to;
  }
  return out;
}

std::string sent_arguments(const CallPlan& call) {
  if (!call.is_cut) return call.arguments;
  return call.arguments.substr(0, whole_characters(call.arguments, call.arguments.size() / 2));
}

std::string_view Step::type() const {
  if (kind == Kind::finish) return "response.done";
  if (kind == Kind::error) return "error";
  return text_at(event, "type");
}

std::vector<Step> compose(const Reply& reply, const ResponseFrame& frame) {
  std::vector<Events> items;
  for (const auto& part : reply.parts) {
    items.push_back(part.call ? call_events(*part.call, items.size(), frame)
                              : frame.dialect->message_events(part, items.size(), frame));
  }
  std::vector<Step> steps;
  const auto push = [&](json::object event) {
    steps.push_back({.delay = reply.delay, .event = std::move(event)});
  };
  if (reply.is_interleaved) {
    std::size_t longest = 0;
    for (const auto& events : items) longest = std::max(longest, events.size());
    for (std::size_t i = 0; i < longest; ++i) {
      for (auto& events : items) {
        if (i < events.size()) push(std::move(events[i]));
      }
    }
  } else {
    for (auto& events : items) {
      for (auto& event : events) push(std::move(event));
    }
  }
  steps.push_back({.kind = Step::Kind::finish, .delay = reply.delay});
  return steps;
}

}  // namespace callosum::sim
