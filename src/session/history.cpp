#include "session/history.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace callosum::session {

void History::add(std::string_view role, std::string_view text, std::string_view item_id) {
  if (text.empty()) return;
  ++added_;
  lines_.push_back(
      {std::string(role), std::string(cut_utf8(text, kMaxLineBytes)), std::string(item_id)});
  if (lines_.size() > kMaxLines) lines_.pop_front();
}

void History::name(std::string_view item_id, std::string_view role, std::string_view text) {
  const auto is_named = [&](const Line& line) { return line.item_id == item_id; };
  if (std::any_of(lines_.begin(), lines_.end(), is_named)) return;  // it is told of twice
  const auto cut = cut_utf8(text, kMaxLineBytes);
  const auto at = std::find_if(lines_.begin(), lines_.end(), [&](const Line& line) {
    return line.item_id.empty() && line.role == role && line.text == cut;
  });
  if (at != lines_.end()) at->item_id = item_id;
}

void History::remove(std::string_view item_id) {
  if (item_id.empty()) return;
  // An item of several parts has several lines.
  for (std::size_t i = lines_.size(); i-- > 0;) {
    if (lines_[i].item_id != item_id) continue;
    lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void History::wait_last() {
  if (!lines_.empty()) lines_.back().is_waiting = true;
}

void History::keep() {
  for (auto& line : lines_) line.is_kept = !line.is_waiting;
}

void History::stop_waiting() {
  for (auto& line : lines_) line.is_waiting = false;
}

}  // namespace callosum::session
