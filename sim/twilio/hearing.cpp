#include "sim/twilio/hearing.hpp"

#include <cmath>

namespace callosum::sim::twilio {
namespace {

using std::chrono::milliseconds;

/// Words of one sentence stand closer together than this.
constexpr milliseconds kPause{300};
constexpr milliseconds kUnderrun{200};
constexpr milliseconds kSameBurst{500};

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
  if (last_media_ && now - *last_media_ < kSameBurst + last_length_) {
    const double length = std::chrono::duration<double, std::milli>(last_length_).count();
    out.jitter_ms = std::abs(ms_between(*last_media_, now) - length);
  }
  last_media_ = now;
  last_length_ = std::chrono::microseconds(sound.size() * 125);
  if (asked_ && is_audible(sound)) {
    out.latency_ms = ms_between(*asked_, now);
    asked_.reset();
  }
  return out;
}

std::optional<double> Hearing::on_clear(SteadyTime now) {
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
