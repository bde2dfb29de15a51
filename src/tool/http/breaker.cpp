#include "tool/http/breaker.hpp"

#include <algorithm>

namespace callosum::tool::http {

Breaker::Permit::~Permit() {
  if (breaker_ != nullptr && is_trial_) breaker_->end_trial(key_);
}

void Breaker::Permit::succeeded() {
  if (auto* breaker = std::exchange(breaker_, nullptr)) breaker->note_success(key_);
}

void Breaker::Permit::failed(SteadyTime now) {
  if (auto* breaker = std::exchange(breaker_, nullptr)) {
    breaker->note_failure(key_, is_trial_, now);
  }
}

std::optional<Breaker::Permit> Breaker::ask(const std::string& key, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(key);
  if (at == entries_.end() || !at->second.is_open) return Permit(*this, key, false);
  auto& entry = at->second;
  if (entry.is_tried || now < entry.shut_until) return std::nullopt;
  entry.is_tried = true;
  return Permit(*this, key, true);
}

std::size_t Breaker::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void Breaker::note_success(const std::string& key) {
  const std::lock_guard lock(mutex_);
  entries_.erase(key);
}

void Breaker::note_failure(const std::string& key, bool is_trial, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= rules_.max_entries && !entries_.contains(key)) {
    forget_old(now);
    if (entries_.size() >= rules_.max_entries) return;
  }
  auto& entry = entries_[key];
  entry.last_failure = now;
  if (is_trial) entry.is_tried = false;
  // What was sent before it opened says nothing new.
  if (entry.is_open && !is_trial) return;
  if (++entry.failures < rules_.failures) return;
  entry.pause = entry.is_open ? std::min(entry.pause * 2, rules_.longest) : rules_.open_for;
  entry.is_open = true;
  entry.shut_until = now + entry.pause;
}

void Breaker::forget_old(SteadyTime now) {
  std::erase_if(entries_, [&](const auto& entry) {
    return !entry.second.is_tried && now - entry.second.last_failure > 2 * rules_.longest;
  });
}

void Breaker::end_trial(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(key);
  if (at != entries_.end()) at->second.is_tried = false;
}

}  // namespace callosum::tool::http
