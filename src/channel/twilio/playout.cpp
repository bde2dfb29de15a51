#include "channel/twilio/playout.hpp"

#include <algorithm>

#include "channel/twilio/media_wire.hpp"

namespace callosum::channel::twilio {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kBytesPerMs = 8;
/// A multiple of four characters is whole bytes: base64 is cut without being read.
constexpr std::size_t kPieceChars = 1068;  // 801 bytes, a tenth of a second
/// How much later than it was played a mark may come: beyond it the line stands still, and nothing
/// more is heard.
constexpr milliseconds kMarkDelay{500};
constexpr std::size_t kMostMarks = 256;  // a line that brings none back

std::int64_t to_bytes(SteadyTime::duration span) {
  return std::chrono::duration_cast<milliseconds>(span).count() * kBytesPerMs;
}
milliseconds to_time(std::int64_t bytes) { return milliseconds(bytes / kBytesPerMs); }

}  // namespace

void Playout::add(std::string_view item_id, std::int64_t content_index, std::string_view base64) {
  if (items_.empty() || items_.back().id != item_id ||
      items_.back().content_index != content_index) {
    items_.push_back({next_item_++, std::string(item_id), content_index, 0, 0});
  }
  const auto item = items_.back().number;
  while (!base64.empty()) {
    const auto piece = base64.substr(0, kPieceChars);
    base64.remove_prefix(piece.size());
    queue_.push_back({item, std::string(piece), decoded_size(piece)});
    queued_bytes_ += queue_.back().bytes;
    items_.back().made += static_cast<std::int64_t>(queue_.back().bytes);
  }
  while (queued_bytes_ > kMaxQueuedBytes) {
    queued_bytes_ -= queue_.front().bytes;
    queue_.pop_front();
    ++dropped_;
  }
}

SteadyTime Playout::next_due() const {
  if (queue_.empty()) return SteadyTime::max();
  return plays_until_ - kAhead;
}

std::optional<Playout::Piece> Playout::take(SteadyTime now) {
  if (queue_.empty() || next_due() > now) return std::nullopt;
  auto next = std::move(queue_.front());
  queue_.pop_front();
  queued_bytes_ -= next.bytes;
  if (plays_until_ <= now && marks_.empty()) {  // after a silence the ear is where we are
    known_heard_ = axis_;
    known_at_ = now;
  }
  const auto bytes = static_cast<std::int64_t>(next.bytes);
  auto* item = find(next.item);
  sent_.push_back({next.item, axis_, axis_ + bytes, item ? item->bytes : 0});
  if (item) item->bytes += bytes;
  axis_ += bytes;
  plays_until_ = std::max(plays_until_, now) + to_time(bytes);
  const auto end_ms = item ? to_time(item->bytes).count() : 0;
  const auto name = "g" + std::to_string(generation_) + "-i" + std::to_string(next.item) + "-" +
                    std::to_string(end_ms);
  marks_.push_back({name, axis_});
  if (marks_.size() > kMostMarks) on_mark(std::string(marks_.front().name), known_at_);
  return Piece{std::move(next.base64), name};
}

void Playout::on_mark(std::string_view name, SteadyTime now) {
  const auto at = std::find_if(marks_.begin(), marks_.end(),
                               [&](const Mark& mark) { return mark.name == name; });
  if (at == marks_.end()) return;  // cleared, or none of ours
  known_heard_ = std::max(known_heard_, at->at);
  known_at_ = now;
  marks_.erase(marks_.begin(), at + 1);
  forget_heard();
}

/// On the axis. Never beyond what can have been played since it was sent, nor far beyond the last
/// mark.
std::int64_t Playout::heard_until(SteadyTime now) const {
  const auto left = plays_until_ > now ? to_bytes(plays_until_ - now) : 0;
  const auto by_clock = axis_ - left;
  const auto since = std::min<SteadyTime::duration>(now - known_at_, kMarkDelay);
  const auto by_marks = known_heard_ + to_bytes(since);
  return std::clamp(std::min(by_clock, by_marks), known_heard_, axis_);
}

std::vector<Playout::Cut> Playout::clear(SteadyTime now) {
  const auto heard = heard_until(now);
  std::vector<Cut> cuts;
  const auto cut = [&](std::uint64_t number, std::int64_t bytes) {
    const auto* item = find(number);
    if (!item) return;
    const bool is_cut = !cuts.empty() && cuts.back().item_id == item->id &&
                        cuts.back().content_index == item->content_index;
    if (is_cut) return;
    cuts.push_back({item->id, item->content_index, to_time(bytes), to_time(item->made)});
  };
  for (const auto& sent : sent_) {
    if (sent.to <= heard) continue;
    cut(sent.item, sent.item_offset + std::max<std::int64_t>(heard - sent.from, 0));
  }
  for (const auto& queued : queue_) {
    const auto* item = find(queued.item);
    cut(queued.item, item ? item->bytes : 0);
  }
  ++generation_;
  items_.clear();
  queue_.clear();
  queued_bytes_ = 0;
  sent_.clear();
  marks_.clear();
  plays_until_ = now;
  known_heard_ = axis_;
  known_at_ = now;
  return cuts;
}

Playout::Item* Playout::find(std::uint64_t number) {
  const auto at = std::find_if(items_.begin(), items_.end(),
                               [&](const Item& item) { return item.number == number; });
  return at == items_.end() ? nullptr : &*at;
}

void Playout::forget_heard() {
  while (!sent_.empty() && sent_.front().to <= known_heard_) sent_.pop_front();
  const auto oldest = !sent_.empty()    ? sent_.front().item
                      : !queue_.empty() ? queue_.front().item
                                        : next_item_ - 1;
  while (items_.size() > 1 && items_.front().number < oldest) items_.pop_front();
}

}  // namespace callosum::channel::twilio
