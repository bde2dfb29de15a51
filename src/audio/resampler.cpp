#include "audio/resampler.hpp"

#include <algorithm>
#include <speex/speex_resampler.h>

namespace callosum::audio {
namespace {

constexpr int kLowestHz = 4000;
constexpr int kHighestHz = 192000;
constexpr int kQuality = 5;  // 5 ms of delay, 3 to 5 µs for a 20 ms frame

bool in_range(int rate_hz) { return rate_hz >= kLowestHz && rate_hz <= kHighestHz; }

}  // namespace

void Resampler::Free::operator()(SpeexResamplerState_* state) const {
  speex_resampler_destroy(state);
}

Resampler::Resampler(State state, int from_hz, int to_hz)
    : state_(std::move(state)), from_hz_(from_hz), to_hz_(to_hz) {}

Result<Resampler> Resampler::make(int from_hz, int to_hz) {
  if (!in_range(from_hz) || !in_range(to_hz)) {
    return fail(ErrorType::validation,
                "sample rate out of range: expected 4000 to 192000 Hz, got " +
                    std::to_string(in_range(from_hz) ? to_hz : from_hz));
  }
  if (from_hz == to_hz) return Resampler(nullptr, from_hz, to_hz);
  int code = RESAMPLER_ERR_SUCCESS;
  State state(speex_resampler_init(1, static_cast<spx_uint32_t>(from_hz),
                                   static_cast<spx_uint32_t>(to_hz), kQuality, &code));
  if (!state) return fail(ErrorType::internal, "no resampler", speex_resampler_strerror(code));
  return Resampler(std::move(state), from_hz, to_hz);
}

void Resampler::process(std::span<const std::int16_t> samples, std::vector<std::int16_t>& out) {
  if (!state_) {
    out.insert(out.end(), samples.begin(), samples.end());
    return;
  }
  while (!samples.empty()) {
    const auto start = out.size();
    const auto room = samples.size() * static_cast<std::uint64_t>(to_hz_) / from_hz_ + 2;
    auto taken = static_cast<spx_uint32_t>(samples.size());
    auto given = static_cast<spx_uint32_t>(room);
    out.resize(start + room);
    speex_resampler_process_int(state_.get(), 0, samples.data(), &taken, out.data() + start,
                                &given);
    out.resize(start + given);
    if (taken == 0 && given == 0) return;
    samples = samples.subspan(taken);
  }
}

std::size_t Resampler::delay() const {
  return state_ ? static_cast<std::size_t>(speex_resampler_get_output_latency(state_.get())) : 0;
}

Result<Pcm> resample(const Pcm& pcm, int to_hz) {
  auto resampler = Resampler::make(pcm.sample_rate_hz, to_hz);
  if (!resampler) return resampler.error();
  const auto length = static_cast<std::size_t>(
      (pcm.samples.size() * static_cast<std::uint64_t>(to_hz) + pcm.sample_rate_hz / 2) /
      pcm.sample_rate_hz);
  Pcm result{.samples = {}, .sample_rate_hz = to_hz};
  if (resampler->state_) speex_resampler_skip_zeros(resampler->state_.get());
  resampler->process(pcm.samples, result.samples);
  const std::vector<std::int16_t> silence(samples_in(20, pcm.sample_rate_hz), 0);
  while (result.samples.size() < length) resampler->process(silence, result.samples);
  result.samples.resize(length);
  return result;
}

}  // namespace callosum::audio
