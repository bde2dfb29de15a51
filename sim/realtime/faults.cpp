#include <algorithm>

#include "base/json.hpp"
#include "sim/realtime/dialect.hpp"

namespace callosum::sim {
namespace {

using Steps = std::vector<Step>;

std::size_t find_type(const Steps& steps, std::string_view type, std::size_t from = 0) {
  for (std::size_t i = from; i < steps.size(); ++i) {
    if (steps[i].type() == type) return i;
  }
  return steps.size();
}

std::size_t end_of_response(const Steps& steps) { return find_type(steps, "response.done"); }

void insert(Steps& steps, std::size_t at, Step step) {
  steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(std::min(at, steps.size())),
               std::move(step));
}

/// Events are counted from 1, and response.created, which is no step, is the first.
std::size_t position(const Fault& fault) { return fault.at < 2 ? 0 : fault.at - 2; }

void duplicate(const Fault& fault, Steps& steps) {
  const auto found = find_type(steps, fault.type);
  if (found == steps.size()) return;
  const auto copy = steps[found];
  const bool is_late = fault.kind == FaultKind::duplicate_late;
  const auto at = is_late ? end_of_response(steps) + 1 : found + 1;
  for (std::size_t i = 0; i < fault.count; ++i) insert(steps, at, copy);
}

void duplicate_call(const Fault& fault, const ResponseFrame& frame, const Reply& reply,
                    Steps& steps) {
  const auto first = std::find_if(reply.parts.begin(), reply.parts.end(),
                                  [](const ReplyPart& part) { return part.call.has_value(); });
  if (first == reply.parts.end()) return;
  Reply again;
  again.delay = reply.delay;
  again.parts.push_back(*first);
  // The copy must carry the id that the first call was given.
  for (const auto& step : steps) {
    const auto* item = find_object(step.event, "item");
    if (!item || text_at(*item, "type") != "function_call") continue;
    again.parts.front().call->call_id = text_at(*item, "call_id");
    break;
  }
  for (std::size_t copy = 0; copy < fault.count; ++copy) {
    auto more = compose(again, frame);
    more.pop_back();  // its own finish
    auto at = end_of_response(steps) + (fault.is_late ? 1 : 0);
    for (auto& step : more) {
      if (step.event.contains("output_index") && frame.dialect->has_output_indexes()) {
        step.event["output_index"] = reply.parts.size() + copy;
      }
      insert(steps, at++, std::move(step));
    }
  }
}

void reorder(const Fault& fault, Steps& steps) {
  const auto first = find_type(steps, fault.type);
  const auto second = find_type(steps, fault.other_type);
  if (first < steps.size() && second < steps.size()) std::swap(steps[first], steps[second]);
}

void drop(const Fault& fault, Steps& steps) {
  std::erase_if(steps, [&](const Step& step) { return step.type() == fault.type; });
}

/// The object that holds the last part of `field`; null when the way there is missing.
json::object* find_holder(json::object& event, std::string_view& field) {
  auto* at = &event;
  for (auto dot = field.find('.'); dot != std::string_view::npos; dot = field.find('.')) {
    auto* next = at->if_contains(field.substr(0, dot));
    if (!next || !next->is_object()) return nullptr;
    at = &next->get_object();
    field.remove_prefix(dot + 1);
  }
  return at;
}

/// response.done is made when it is sent and has no fields yet: it is not reached.
void spoil(const Fault& fault, Steps& steps) {
  for (auto& step : steps) {
    if (step.type() != fault.type) continue;
    std::string_view field = fault.field;
    auto* holder = find_holder(step.event, field);
    if (!holder || !holder->contains(field)) continue;
    if (fault.kind == FaultKind::missing) {
      holder->erase(field);
    } else {
      (*holder)[field] = "";
    }
  }
}

void add_errors(const Fault& fault, Steps& steps) {
  json::object error{{"type", "server_error"},
                     {"code", nullptr},
                     {"message", "The server had an error while processing your request."},
                     {"param", nullptr},
                     {"event_id", nullptr}};
  for (const auto& given : fault.event) error[given.key()] = given.value();
  for (std::size_t i = 0; i < fault.count; ++i) {
    insert(steps, position(fault), {.kind = Step::Kind::error, .event = error});
  }
}

void add_unknown_event(const Fault& fault, const ResponseFrame& frame, Steps& steps) {
  json::object event{{"type", fault.type.empty() ? "response.sparkle.delta" : fault.type},
                     {"response_id", frame.response_id}};
  for (const auto& given : fault.event) event[given.key()] = given.value();
  if (fault.kind == FaultKind::huge_event) event["filler"] = std::string(fault.bytes, 'x');
  for (std::size_t i = 0; i < fault.count; ++i) insert(steps, position(fault), {.event = event});
}

}  // namespace

void apply_faults(const Reply& reply, const ResponseFrame& frame, Steps& steps) {
  for (const auto& fault : reply.faults) {
    switch (fault.kind) {
      case FaultKind::duplicate:
      case FaultKind::duplicate_late:
        duplicate(fault, steps);
        break;
      case FaultKind::duplicate_call:
        duplicate_call(fault, frame, reply, steps);
        break;
      case FaultKind::reorder:
        reorder(fault, steps);
        break;
      case FaultKind::drop:
        drop(fault, steps);
        break;
      case FaultKind::blank:
      case FaultKind::missing:
        spoil(fault, steps);
        break;
      case FaultKind::silence:
        insert(steps, position(fault), {.kind = Step::Kind::silence});
        break;
      case FaultKind::disconnect:
        insert(steps, position(fault),
               {.kind = Step::Kind::disconnect, .disconnect = fault.disconnect});
        break;
      case FaultKind::unknown_event:
      case FaultKind::huge_event:
        add_unknown_event(fault, frame, steps);
        break;
      case FaultKind::errors:
        add_errors(fault, steps);
        break;
    }
  }
}

}  // namespace callosum::sim
