#include <algorithm>

#include "base/json.hpp"
#include "sim/gemini/compose.hpp"

namespace callosum::sim::gemini {
namespace {

using Steps = std::vector<Step>;

std::size_t find_type(const Steps& steps, std::string_view type) {
  const auto found = std::find_if(steps.begin(), steps.end(),
                                  [&](const Step& step) { return step.type() == type; });
  return static_cast<std::size_t>(found - steps.begin());
}

void insert(Steps& steps, std::size_t at, Step step) {
  steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(std::min(at, steps.size())),
               std::move(step));
}

void duplicate(const Fault& fault, Steps& steps) {
  const auto found = find_type(steps, fault.type);
  if (found == steps.size()) return;
  const auto copy = steps[found];
  const bool is_late = fault.kind == FaultKind::duplicate_late;
  const auto at = is_late ? find_type(steps, "turnComplete") + 1 : found + 1;
  for (std::size_t i = 0; i < fault.count; ++i) insert(steps, at, copy);
}

void duplicate_call(const Fault& fault, Steps& steps) {
  const auto found = find_type(steps, "toolCall");
  if (found == steps.size()) return;
  auto copy = steps[found];
  auto& calls = copy.message.at("toolCall").as_object().at("functionCalls").as_array();
  calls.resize(1);
  const auto at = fault.is_late ? find_type(steps, "turnComplete") + 1 : found + 1;
  for (std::size_t i = 0; i < fault.count; ++i) insert(steps, at, copy);
}

void reorder(const Fault& fault, Steps& steps) {
  const auto first = find_type(steps, fault.type);
  const auto second = find_type(steps, fault.other_type);
  if (first < steps.size() && second < steps.size()) std::swap(steps[first], steps[second]);
}

Step make_step(const Fault& fault) {
  Step step;
  step.disconnect = fault.disconnect;
  step.time_left = fault.time_left;
  step.message = fault.message;
  switch (fault.kind) {
    case FaultKind::silence:
      step.kind = Step::Kind::silence;
      break;
    case FaultKind::disconnect:
      step.kind = Step::Kind::disconnect;
      break;
    case FaultKind::go_away:
      step.kind = Step::Kind::go_away;
      break;
    case FaultKind::cancel:
      step.kind = Step::Kind::cancel;
      break;
    default:
      if (step.message.empty()) step.message = {{"sparkle", {{"isNew", true}}}};
      if (fault.bytes > 0) step.message["filler"] = std::string(fault.bytes, 'x');
  }
  return step;
}

}  // namespace

void apply_faults(const Reply& reply, std::vector<Step>& steps) {
  for (const auto& fault : reply.faults) {
    switch (fault.kind) {
      case FaultKind::duplicate:
      case FaultKind::duplicate_late:
        duplicate(fault, steps);
        break;
      case FaultKind::duplicate_call:
        duplicate_call(fault, steps);
        break;
      case FaultKind::reorder:
        reorder(fault, steps);
        break;
      case FaultKind::drop:
        std::erase_if(steps, [&](const Step& step) { return step.type() == fault.type; });
        break;
      default:
        for (std::size_t i = 0; i < fault.count; ++i) {
          insert(steps, fault.at < 1 ? 0 : fault.at - 1, make_step(fault));
        }
    }
  }
}

}  // namespace callosum::sim::gemini
