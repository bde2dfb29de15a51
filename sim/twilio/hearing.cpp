#include "sim/twilio/hearing.hpp"

namespace callosum::sim::twilio {
namespace {

using std::chrono::milliseconds;

/// Words of one sentence stand closer together than this.
constexpr milliseconds kPause{300};
constexpr milliseconds kUnderrun{200};

double ms_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

void Hearing::on_said(SteadyTime now, bool is_overlapped) {
  asked_.reset();
  if (!is_overlapped) asked_ = now;
}

Hearing::Arrival Hearing::on_media(SteadyTime now, std::span<const std::uint8_t> sound) {
  Arrival out;
  out.jitter_ms = lateness(now, sound.size());
  if (asked_ && is_audible(sound)) {
    out.latency_ms = ms_between(*asked_, now);
    asked_.reset();
  }
  return out;
}

/// Whoever sends keeps a distance to the ear, once it has got that far ahead of it: what comes
/// nearer than that is late by the difference, heard or not.
std::optional<double> Hearing::lateness(SteadyTime now, std::size_t sound_bytes) {
  if (sound_bytes < kFrameBytes) return std::nullopt;  // a rest that had waited for more
  const std::chrono::microseconds length(sound_bytes * 125);
  if (now >= plays_until_) {
    plays_until_ = now + length;
    most_ahead_ms_ = 0;
    return std::nullopt;
  }
  const double ahead_ms = ms_between(now, plays_until_);
  plays_until_ += length;
  if (ahead_ms > most_ahead_ms_) {
    most_ahead_ms_ = ahead_ms;
    return std::nullopt;
  }
  return most_ahead_ms_ - ahead_ms;
}

std::optional<double> Hearing::on_clear(SteadyTime now) {
  plays_until_ = {};
  if (!begun_) return std::nullopt;
  return ms_between(*begun_, now);
}

std::optional<Hearing::Span> Hearing::on_played(milliseconds at,
                                                std::span<const std::uint8_t> sound) {
  const bool was_audible = is_audible_now_;
  is_audible_now_ = is_audible(sound);
  if (was_audible && sound.empty()) ran_dry_ = at;
  count_underrun(at, !sound.empty());
  if (is_audible_now_) {
    if (!heard_) heard_ = Span{at, at};
    heard_->to = at + kFrameTime;
    return std::nullopt;
  }
  return heard_ && at - heard_->to >= kPause ? end() : std::nullopt;
}

void Hearing::count_underrun(milliseconds at, bool is_played) {
  if (!ran_dry_ || !is_played) return;
  if (at - *ran_dry_ <= kUnderrun) ++underruns_;
  ran_dry_.reset();
}

std::optional<Hearing::Span> Hearing::end() { return std::exchange(heard_, std::nullopt); }

}  // namespace callosum::sim::twilio
