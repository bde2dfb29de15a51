#include "sim/service/mouth.hpp"

#include "sim/realtime/script.hpp"
#include "sim/realtime/yaml_sheet.hpp"

namespace callosum::sim {

void read_voice(Sheet& sheet, VoiceManner& into) {
  sheet.read_ms("first_byte_ms", into.first_byte);
  sheet.read_ms("pace_ms", into.pace);
  std::size_t percent = 100;
  sheet.read("speed_percent", percent);
  into.speed = static_cast<double>(percent) / 100;
  sheet.nested("cut", [&](Sheet& cut) {
    cut.read("after_pieces", into.cut_after);
    read_disconnect(cut, into.cut);
  });
  sheet.nested("fail", [&](Sheet& failure) {
    into.fail_nth = 1;
    failure.read("nth", into.fail_nth);
    failure.read("message", into.error);
  });
}

void Mouth::say(std::string text, SoundFormat format, std::function<void(const Piece&)> on_piece,
                std::function<void()> on_said) {
  Job job{.text = std::move(text),
          .format = format,
          .pieces = 0,
          .on_piece = std::move(on_piece),
          .on_said = std::move(on_said)};
  job.pieces = job.text.empty()
                   ? 0
                   : static_cast<std::size_t>(spoken_length(job.text, manner_.speed) / kSoundPiece);
  jobs_.push_back(std::move(job));
  if (!is_speaking_) start();
}

void Mouth::when_said(std::function<void()> told) {
  if (jobs_.empty()) return told();
  say({}, {}, {}, std::move(told));
}

void Mouth::clear() {
  jobs_.clear();
  is_speaking_ = false;
  alive_ = std::make_shared<int>();
}

void Mouth::start() {
  is_speaking_ = true;
  const auto delay = jobs_.front().pieces > 0 ? manner_.first_byte : Ms(0);
  if (delay.count() == 0) return step();
  later(delay);
}

void Mouth::later(Ms delay) {
  after_(delay, [this, planned = std::weak_ptr<int>(alive_)] {
    if (!planned.expired()) step();
  });
}

Mouth::Piece Mouth::cut_piece(Job& job) const {
  const auto& text = job.text;
  const auto border = [&](std::size_t piece) {
    auto at = text.size() * piece / job.pieces;
    while (at < text.size() && (text[at] & 0xc0) == 0x80) ++at;  // never inside a character
    return at;
  };
  const auto from = border(job.done);
  const auto to = border(++job.done);
  return {tone_piece(job.format), std::string_view(text).substr(from, to - from),
          job.done == job.pieces};
}

/// Piece by piece, text by text, as far as it need not wait. What is told may clear the mouth, or
/// give it more to say.
void Mouth::step() {
  const std::weak_ptr<int> planned(alive_);
  while (!jobs_.empty()) {
    auto& job = jobs_.front();
    if (job.done < job.pieces) {
      const auto piece = cut_piece(job);
      ++pieces_;
      const auto text = std::string(piece.text);
      const auto on_piece = job.on_piece;
      on_piece({piece.sound, text, piece.is_last});
      if (planned.expired()) return;
      if (manner_.pace.count() > 0) return later(manner_.pace);
      continue;
    }
    const auto said = std::move(job.on_said);
    jobs_.erase(jobs_.begin());
    if (said) said();
    if (planned.expired()) return;
    if (!jobs_.empty() && jobs_.front().done == 0 && jobs_.front().pieces > 0) return start();
  }
  is_speaking_ = false;
}

}  // namespace callosum::sim
