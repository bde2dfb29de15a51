#include "sim/gemini/handles.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::chrono::hours kLife{2};
constexpr std::size_t kMost = 5000;

}  // namespace

void Handles::add(const std::string& handle, std::shared_ptr<Remembered> session) {
  const auto moment = session->history.moment();
  handles_[handle] = {std::move(session), moment};
  oldest_.push_back(handle);
  if (oldest_.size() <= kMost) return;
  handles_.erase(oldest_.front());
  oldest_.pop_front();
}

std::optional<Handles::Found> Handles::find(std::string_view handle) const {
  const auto found = handles_.find(handle);
  if (found == handles_.end()) return {};
  const auto& session = *found->second.session;
  if (!session.is_open && time_.now() > session.ended + kLife) return {};
  return found->second;
}

}  // namespace callosum::sim::gemini
