#include "session/history.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace callosum::session {

namespace {

constexpr std::size_t kMostMatched = 512;  // items of a conversation that was taken up

}  // namespace

void History::add(std::string_view role, std::string_view text, std::string_view item_id) {
  if (text.empty()) return;
  ++added_;
  Line line;
  line.role = role;
  line.text = cut_utf8(text, kMaxLineBytes);
  line.item_id = item_id;
  lines_.push_back(std::move(line));
  if (lines_.size() > kMaxLines) lines_.pop_front();
}

void History::add_done(Moment done) {
  ++added_;
  if (done.text.size() > kMaxResultBytes) done.text = handle_of(done);
  Line line;
  line.role = std::move(done.role);
  line.text = std::move(done.text);
  line.tool = std::move(done.tool);
  line.call_id = std::move(done.call_id);
  line.arguments = cut_utf8(done.arguments, kMaxLineBytes);
  lines_.push_back(std::move(line));
  if (lines_.size() > kMaxLines) lines_.pop_front();
}

std::vector<Moment> History::untold(bool is_resumed) const {
  std::vector<Moment> out;
  out.reserve(lines_.size());
  for (const auto& line : lines_) {
    if (line.is_waiting || (is_resumed && line.is_kept)) continue;
    out.push_back(moment_of(line));
  }
  return out;
}

Moment History::moment_of(const Line& line) {
  return {line.role, line.text, "", line.tool, line.call_id, line.arguments, line.item_id};
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

void History::forget_kept() {
  for (auto& line : lines_) line.is_kept = false;
}

/// The newest with these words. `taken`: each is found once.
History::Line* History::find_said(const realtime::KeptItem& item,
                                  const std::vector<const Line*>& taken) {
  const auto words = trim(cut_utf8(item.text, kMaxLineBytes));
  if (words.empty()) return nullptr;
  const bool may_be_result = item.role == "system" && words.starts_with(kToldResult);
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    const bool is_taken = std::find(taken.begin(), taken.end(), &*line) != taken.end();
    if (is_taken || line->is_waiting) continue;
    if (line->role == item.role && trim(line->text) == words) return &*line;
    if (!may_be_result || line->role != "tool") continue;
    const auto told = render_conversation({moment_of(*line)}).front().text;
    if (trim(cut_utf8(told, kMaxLineBytes)) == words) return &*line;
  }
  return nullptr;
}

std::vector<std::string> History::find_kept(const std::vector<realtime::KeptItem>& found) {
  std::vector<std::string> names(found.size());
  // An output that was on its way when the connection broke is told again.
  for (const auto& item : found) {
    if (item.call_id.empty()) continue;
    for (auto& line : lines_) {
      if (line.call_id == item.call_id) line.is_kept = item.is_output;
    }
  }
  // What is known ends where that ends, and began long after it.
  std::vector<const Line*> taken;
  const std::size_t oldest = found.size() - std::min(found.size(), kMostMatched);
  for (std::size_t i = found.size(); i-- > oldest && taken.size() < lines_.size();) {
    auto* line = found[i].call_id.empty() ? find_said(found[i], taken) : nullptr;
    if (!line) continue;
    taken.push_back(line);
    line->is_kept = true;
    names[i] = line->item_id;
  }
  return names;
}

History::Line* History::find_done(std::string_view call_id) {
  const auto at = std::find_if(lines_.begin(), lines_.end(), [&](const Line& line) {
    return line.role == "tool" && line.call_id == call_id;
  });
  return at == lines_.end() ? nullptr : &*at;
}

void History::stop_waiting() {
  for (auto& line : lines_) line.is_waiting = false;
}

}  // namespace callosum::session
