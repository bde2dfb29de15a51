#include "session/history.hpp"

#include "base/text.hpp"

namespace callosum::session {

void History::add(std::string_view role, std::string_view text, std::string_view item_id) {
  if (text.empty()) return;
  ++added_since_mark_;
  lines_.push_back({std::string(role), std::string(cut_utf8(text, kMaxLineBytes)),
                    std::string(item_id), "", "", ""});
  if (lines_.size() > kMaxLines) lines_.pop_front();
}

void History::add_done(Moment done) {
  ++added_since_mark_;
  if (done.text.size() > kMaxResultBytes) done.text = handle_of(done);
  lines_.push_back({std::move(done.role), std::move(done.text), "", std::move(done.tool),
                    std::move(done.call_id), std::string(cut_utf8(done.arguments, kMaxLineBytes))});
  if (lines_.size() > kMaxLines) lines_.pop_front();
}

std::vector<Moment> History::continuity(std::size_t lines) const {
  std::vector<Moment> out;
  out.reserve(lines);
  for (std::size_t i = 0; i < lines && i < lines_.size(); ++i) {
    const auto& line = lines_[i];
    out.push_back({line.role, line.text, "", line.tool, line.call_id, line.arguments});
  }
  return out;
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
    if (i >= lines_before_mark()) --added_since_mark_;
    lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace callosum::session
