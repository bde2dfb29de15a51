#include "session/history.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace callosum::session {

namespace {

constexpr std::size_t kMostMatched = 512;  // items of a conversation that was taken up

using Words = std::vector<std::string>;  // of each line or item; empty: it is like no other

/// A provider spells what it heard in its own way: letters and digits alone are compared.
std::string words_in(std::string_view role, std::string_view text) {
  std::string out(role);
  const auto without_role = out.size();
  for (const unsigned char c : to_lower_ascii(text)) {
    const bool is_word = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    if (is_word) out += static_cast<char>(c);
  }
  return out.size() == without_role ? std::string() : out;
}

/// The longest way through both in their order, of the same words: of the lines as old ones, of the
/// items as new ones as can be, so that nothing counts as arrived that may not have.
std::vector<std::pair<std::size_t, std::size_t>> match_in_order(const Words& lines,
                                                                const Words& items) {
  const std::size_t width = items.size() + 1;
  std::vector<std::uint16_t> longest((lines.size() + 1) * width, 0);
  const auto at = [&](std::size_t line, std::size_t item) -> std::uint16_t& {
    return longest[line * width + item];
  };
  const auto are_same = [&](std::size_t line, std::size_t item) {
    return !lines[line].empty() && lines[line] == items[item];
  };
  for (std::size_t line = lines.size(); line-- > 0;) {
    for (std::size_t item = items.size(); item-- > 0;) {
      const auto with = are_same(line, item) ? at(line + 1, item + 1) + 1 : 0;
      at(line, item) =
          static_cast<std::uint16_t>(std::max<int>({with, at(line + 1, item), at(line, item + 1)}));
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::size_t line = 0;
  std::size_t item = 0;
  while (line < lines.size() && item < items.size()) {
    const auto left = at(line, item);
    if (at(line, item + 1) == left) {
      ++item;
    } else if (are_same(line, item) && at(line + 1, item + 1) + 1 == left) {
      pairs.emplace_back(line++, item++);
    } else {
      ++line;
    }
  }
  return pairs;
}

}  // namespace

void History::add(std::string_view role, std::string_view text, std::string_view item_id) {
  add_at(keep_place(), role, text, item_id);
}

void History::add_at(std::uint64_t place, std::string_view role, std::string_view text,
                     std::string_view item_id) {
  if (text.empty()) return;
  ++added_;
  Line line;
  line.role = role;
  line.text = cut_utf8(text, kMaxLineBytes);
  line.item_id = item_id;
  line.place = place;
  const auto behind =
      std::upper_bound(lines_.begin(), lines_.end(), place,
                       [](std::uint64_t wanted, const Line& each) { return wanted < each.place; });
  lines_.insert(behind, std::move(line));
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
  line.place = keep_place();
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

std::vector<std::string> History::words_of_items(std::span<const realtime::KeptItem> found) {
  Words out;
  for (const auto& item : found) {
    if (item.is_output) {
      out.push_back(item.call_id);
    } else {
      out.push_back(words_in(item.role, cut_utf8(item.text, kMaxLineBytes)));
    }
  }
  return out;
}

/// What a tool answered stands there as the output of its call, or was told in words.
std::vector<std::string> History::words_of_lines(std::span<const realtime::KeptItem> found) const {
  Words out;
  for (const auto& line : lines_) {
    const auto is_output = [&](const realtime::KeptItem& item) {
      return item.is_output && item.call_id == line.call_id;
    };
    if (line.is_waiting) {
      out.emplace_back();
    } else if (line.role != "tool") {
      out.push_back(words_in(line.role, line.text));
    } else if (std::any_of(found.begin(), found.end(), is_output)) {
      out.push_back(line.call_id);
    } else {
      const auto told = render_conversation({moment_of(line)}).front();
      out.push_back(words_in(told.role, cut_utf8(told.text, kMaxLineBytes)));
    }
  }
  return out;
}

std::vector<std::string> History::find_kept(const std::vector<realtime::KeptItem>& found) {
  forget_kept();
  std::vector<std::string> names(found.size());
  const std::size_t oldest = found.size() - std::min(found.size(), kMostMatched);
  const auto newest = std::span(found).subspan(oldest);
  const auto pairs = match_in_order(words_of_lines(newest), words_of_items(newest));
  for (const auto& [line, item] : pairs) names[oldest + item] = lines_[line].item_id;
  // What was sent before something that has arrived has arrived as well.
  const std::size_t known = pairs.empty() ? 0 : pairs.back().first + 1;
  for (std::size_t i = 0; i < known; ++i) lines_[i].is_kept = !lines_[i].is_waiting;
  // Of a call that is open there the output has not.
  for (const auto& item : found) {
    if (item.call_id.empty()) continue;
    for (auto& line : lines_) {
      if (line.call_id == item.call_id) line.is_kept = item.is_output;
    }
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
