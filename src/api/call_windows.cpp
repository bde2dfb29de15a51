#include "api/call_windows.hpp"

#include "base/json.hpp"

namespace callosum::api {

namespace {

/// What is said is heard by the provider, or on the session's socket: not here.
std::shared_ptr<policy::SessionCalls> make_calls() {
  auto calls = std::make_shared<policy::SessionCalls>();
  calls->facts().has_ears = false;
  return calls;
}

}  // namespace

CallWindows::Window& CallWindows::of(const std::string& whose) {
  const auto known = by_whose_.find(whose);
  if (known != by_whose_.end()) {
    windows_.splice(windows_.begin(), windows_, known->second);
  } else {
    windows_.push_front({whose, 0, nullptr});
    by_whose_.emplace(windows_.front().whose, windows_.begin());
  }
  if (windows_.size() > most_) {
    by_whose_.erase(windows_.back().whose);
    windows_.pop_back();
  }
  return windows_.front();
}

std::shared_ptr<policy::SessionCalls> CallWindows::fresh(const std::string& whose,
                                                         std::int64_t now_ms) {
  auto& window = of(whose);
  const auto number = number_at(now_ms);
  if (!window.calls || window.number != number) window.calls = make_calls();
  window.number = number;
  return window.calls;
}

std::shared_ptr<policy::SessionCalls> CallWindows::lasting(const std::string& whose,
                                                           std::int64_t now_ms) {
  auto& window = of(whose);
  const auto number = number_at(now_ms);
  if (!window.calls) window.calls = make_calls();
  if (window.number != number) window.calls->facts().repeated = {};
  window.number = number;
  return window.calls;
}

bool is_reading(const pipeline::CallRequest& request) {
  const auto* tool = request.catalog->snapshot()->find(request.call.name);
  const auto arguments = parse_arguments(request.call.arguments);
  return tool && arguments && tool->access_for(&*arguments) == registry::Access::read;
}

}  // namespace callosum::api
