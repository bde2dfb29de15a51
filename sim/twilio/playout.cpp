#include "sim/twilio/playout.hpp"

#include <algorithm>

namespace callosum::sim::twilio {

void Playout::push(std::span<const std::uint8_t> sound) {
  sound_.insert(sound_.end(), sound.begin(), sound.end());
}

bool Playout::mark(std::string name) {
  if (sound_.empty()) return true;
  marks_.push_back({played_ + sound_.size(), std::move(name)});
  return false;
}

std::vector<std::string> Playout::clear() {
  std::vector<std::string> names;
  for (auto& mark : marks_) names.push_back(std::move(mark.name));
  marks_.clear();
  sound_.clear();
  return names;
}

Playout::Tick Playout::tick() {
  Tick out;
  const auto size = std::min(kFrameBytes, sound_.size());
  const auto end = sound_.begin() + static_cast<std::ptrdiff_t>(size);
  out.sound.assign(sound_.begin(), end);
  sound_.erase(sound_.begin(), end);
  played_ += size;
  while (!marks_.empty() && marks_.front().at <= played_) {
    out.marks.push_back(std::move(marks_.front().name));
    marks_.pop_front();
  }
  return out;
}

}  // namespace callosum::sim::twilio
