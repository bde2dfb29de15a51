#include "sim/gemini/history.hpp"

#include <boost/json/array.hpp>

#include "base/text.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::size_t kMostEntries = 2000;
constexpr std::size_t kShown = 30;
constexpr std::size_t kLongestShown = 300;

std::string_view word_of(Who who) {
  switch (who) {
    case Who::user:
      return "user";
    case Who::model:
      return "model";
    case Who::call:
      return "call";
    case Who::response:
      break;
  }
  return "response";
}

}  // namespace

void History::add(Entry entry) {
  text_bytes_ += entry.text.size();
  entries_.push_back(std::move(entry));
  if (entries_.size() <= kMostEntries) return;
  entries_.pop_front();
  ++dropped_;
}

History History::at(std::size_t moment) const {
  auto copy = *this;
  while (copy.moment() > moment && !copy.entries_.empty()) {
    copy.text_bytes_ -= copy.entries_.back().text.size();
    copy.entries_.pop_back();
  }
  return copy;
}

bool History::contains(std::string_view text) const {
  const auto wanted = to_lower_ascii(text);
  for (const auto& entry : entries_) {
    if (to_lower_ascii(entry.text).find(wanted) != std::string::npos) return true;
  }
  return false;
}

json::object History::newest() const {
  json::array shown;
  const auto from = entries_.size() > kShown ? entries_.size() - kShown : 0;
  for (std::size_t i = from; i < entries_.size(); ++i) {
    const auto& entry = entries_[i];
    shown.push_back({{"who", word_of(entry.who)}, {"text", cut_utf8(entry.text, kLongestShown)}});
  }
  return {{"entries", moment()}, {"newest", std::move(shown)}};
}

}  // namespace callosum::sim::gemini
