#include "sim/gemini/calls.hpp"

namespace callosum::sim::gemini {

void Calls::open(const std::string& id, std::string name, bool is_blocking) {
  calls_.try_emplace(id, Call{std::move(name), is_blocking, CallStatus::open, calls_.size()});
}

Call* Calls::find(std::string_view id) {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

std::pair<const std::string, Call>* Calls::find_by_name(std::string_view name) {
  std::pair<const std::string, Call>* oldest = nullptr;
  for (auto& entry : calls_) {
    const auto& call = entry.second;
    if (call.name != name || call.status != CallStatus::open) continue;
    if (!oldest || call.made < oldest->second.made) oldest = &entry;
  }
  return oldest;
}

std::vector<std::string> Calls::cancel(bool with_non_blocking) {
  std::vector<std::string> ids;
  for (auto& [id, call] : calls_) {
    if (call.status != CallStatus::open || !(call.is_blocking || with_non_blocking)) continue;
    call.status = CallStatus::cancelled;
    ids.push_back(id);
  }
  return ids;
}

bool Calls::has_open(bool is_blocking) const {
  for (const auto& [id, call] : calls_) {
    if (call.status == CallStatus::open && call.is_blocking == is_blocking) return true;
  }
  return false;
}

std::vector<std::string> Calls::open_ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, call] : calls_) {
    if (call.status == CallStatus::open) ids.push_back(id);
  }
  return ids;
}

}  // namespace callosum::sim::gemini
