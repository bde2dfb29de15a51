#include "provider/offline/speech/vad.hpp"

#include <algorithm>
#include <cstddef>

#include "audio/pcm.hpp"

// Debian's libwebrtc-audio-processing exports these and ships no header for them.
extern "C" {
WebRtcVadInst* WebRtcVad_Create();
void WebRtcVad_Free(WebRtcVadInst* handle);
int WebRtcVad_Init(WebRtcVadInst* handle);
int WebRtcVad_set_mode(WebRtcVadInst* handle, int mode);
int WebRtcVad_Process(WebRtcVadInst* handle, int rate_hz, const std::int16_t* frame,
                      std::size_t samples);
}

namespace callosum::provider::offline::speech {
namespace {

constexpr std::chrono::milliseconds kFrame{audio::FrameCutter::kFrameMs};

bool is_known_rate(int rate_hz) {
  return rate_hz == 8000 || rate_hz == 16000 || rate_hz == 32000 || rate_hz == 48000;
}

}  // namespace

void Vad::Free::operator()(WebRtcVadInst* detector) const { WebRtcVad_Free(detector); }

Result<Vad> Vad::make(VadOptions options) {
  if (!is_known_rate(options.sample_rate_hz)) {
    return fail(ErrorType::validation, "voice detection at " +
                                           std::to_string(options.sample_rate_hz) +
                                           " Hz: expected 8000, 16000, 32000 or 48000");
  }
  Detector detector(WebRtcVad_Create());
  if (!detector || WebRtcVad_Init(detector.get()) != 0) {
    return fail(ErrorType::internal, "no voice detector");
  }
  if (WebRtcVad_set_mode(detector.get(), options.mode) != 0) {
    return fail(ErrorType::validation,
                "voice detection mode " + std::to_string(options.mode) + ": expected 0, 1, 2 or 3");
  }
  return Vad(options, std::move(detector));
}

Vad::Vad(VadOptions options, Detector detector)
    : options_(options), detector_(std::move(detector)), cutter_(options.sample_rate_hz) {}

void Vad::push(std::span<const std::int16_t> samples, VadSink& sink) {
  cutter_.push(samples);
  for (auto frame = cutter_.next(); !frame.empty(); frame = cutter_.next()) take_frame(frame, sink);
}

void Vad::finish(VadSink& sink) {
  if (const auto rest = cutter_.flush(); !rest.empty()) take_frame(rest, sink);
  if (in_speech_) stop(sink);
  history_.clear();
}

void Vad::take_frame(std::span<const std::int16_t> frame, VadSink& sink) {
  const bool voiced =
      WebRtcVad_Process(detector_.get(), options_.sample_rate_hz, frame.data(), frame.size()) == 1;
  position_ += frame.size();
  voiced_ = voiced ? voiced_ + kFrame : std::chrono::milliseconds{0};
  silent_ = voiced ? std::chrono::milliseconds{0} : silent_ + kFrame;
  if (!in_speech_) {
    remember(frame);
    if (voiced_ >= options_.on) start(sink);
    return;
  }
  sink.speech(frame);
  lasted_ += kFrame;
  if (silent_ >= options_.off || lasted_ >= options_.longest) stop(sink);
}

void Vad::remember(std::span<const std::int16_t> frame) {
  history_.insert(history_.end(), frame.begin(), frame.end());
  const auto kept =
      audio::samples_in((options_.pre_roll + options_.on).count(), options_.sample_rate_hz);
  if (history_.size() > kept) {
    history_.erase(history_.begin(),
                   history_.begin() + static_cast<std::ptrdiff_t>(history_.size() - kept));
  }
}

void Vad::start(VadSink& sink) {
  in_speech_ = true;
  lasted_ = std::chrono::milliseconds{0};
  sink.speech_started(position_ - history_.size());
  sink.speech(history_);
  history_.clear();
}

void Vad::stop(VadSink& sink) {
  in_speech_ = false;
  voiced_ = std::chrono::milliseconds{0};
  sink.speech_stopped(position_);
}

}  // namespace callosum::provider::offline::speech
