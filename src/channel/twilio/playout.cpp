#include "channel/twilio/playout.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace callosum::channel::twilio {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kBytesPerMs = 8;
constexpr std::size_t kPieceBytes = 801;  // a tenth of a second; as base64 without padding
/// Less than a frame of the carrier's (telephony §1.4) waits for more, while there is time.
constexpr std::size_t kCrumbBytes = 160;
constexpr milliseconds kCrumbAhead{250};
/// How much later than it was played a mark may come: beyond it the line stands still, and nothing
/// more is heard.
constexpr milliseconds kMarkDelay{500};
constexpr std::size_t kMostMarks = 256;  // a line that brings none back

std::int64_t to_bytes(SteadyTime::duration span) {
  return std::chrono::duration_cast<milliseconds>(span).count() * kBytesPerMs;
}
milliseconds to_time(std::int64_t bytes) { return milliseconds(bytes / kBytesPerMs); }

}  // namespace

bool Playout::add(const Of& of, std::string_view base64) {
  std::vector<std::uint8_t> sound;
  const auto decoded = decode_base64(base64, sound);
  if (!decoded || sound.empty()) {
    ++dropped_;
    return false;
  }
  auto& item = item_of(of);
  item.made += static_cast<std::int64_t>(sound.size());
  enqueue(item.number, sound);
  while (queued_bytes_ > kMaxQueuedBytes || queue_.size() > kMostPieces) drop_oldest();
  forget_heard();
  return true;
}

Playout::Item& Playout::item_of(const Of& of) {
  if (items_.empty() || items_.back().id != of.item_id ||
      items_.back().content_index != of.content_index) {
    items_.push_back(
        {next_item_++, std::string(of.item_id), of.content_index, of.is_outside, 0, 0});
  }
  return items_.back();
}

void Playout::enqueue(std::uint64_t item, std::span<const std::uint8_t> sound) {
  queued_bytes_ += sound.size();
  while (!sound.empty()) {
    if (queue_.empty() || queue_.back().item != item || queue_.back().sound.size() >= kPieceBytes) {
      queue_.push_back({item, {}});
    }
    auto& last = queue_.back().sound;
    const auto part = sound.first(std::min(sound.size(), kPieceBytes - last.size()));
    last.insert(last.end(), part.begin(), part.end());
    sound = sound.subspan(part.size());
  }
}

void Playout::drop_oldest() {
  queued_bytes_ -= queue_.front().sound.size();
  queue_.pop_front();
  ++dropped_;
}

void Playout::shed() {
  for (const auto left = queued_bytes_ / 2; queued_bytes_ > left;) drop_oldest();
  forget_heard();
}

SteadyTime Playout::next_due() const {
  if (queue_.empty()) return SteadyTime::max();
  const bool is_crumb = queue_.size() == 1 && queue_.front().sound.size() < kCrumbBytes;
  return plays_until_ - (is_crumb ? kCrumbAhead : kAhead);
}

std::optional<Playout::Piece> Playout::take(SteadyTime now) {
  if (queue_.empty() || next_due() > now) return std::nullopt;
  auto next = std::move(queue_.front());
  queue_.pop_front();
  queued_bytes_ -= next.sound.size();
  if (plays_until_ <= now && marks_.empty()) {  // after a silence the ear is where we are
    known_heard_ = axis_;
    known_at_ = now;
  }
  const auto bytes = static_cast<std::int64_t>(next.sound.size());
  auto* item = find(next.item);
  sent_.push_back({next.item, axis_, axis_ + bytes, item ? item->bytes : 0});
  if (item) item->bytes += bytes;
  axis_ += bytes;
  // To the byte: a piece is no whole number of milliseconds, and rests add up.
  plays_until_ = std::max(plays_until_, now) + std::chrono::microseconds(bytes * 125);
  const auto end_ms = item ? to_time(item->bytes).count() : 0;
  const auto name = "g" + std::to_string(generation_) + "-i" + std::to_string(next.item) + "-" +
                    std::to_string(end_ms);
  marks_.push_back({name, axis_});
  if (marks_.size() > kMostMarks) on_mark(std::string(marks_.front().name), known_at_);
  return Piece{encode_base64(next.sound), name};
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
    cuts.push_back(
        {item->id, item->content_index, item->is_outside, to_time(bytes), to_time(item->made)});
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
