#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "audio/frame_cutter.hpp"
#include "base/result.hpp"

struct WebRtcVadInst;

namespace callosum::provider::offline::speech {

struct VadOptions {
  int sample_rate_hz = 16000;  ///< 8000, 16000, 32000 or 48000
  int mode = 2;                ///< 0 takes nearly all for speech, 3 the least; 1 and 2 suit phones
  std::chrono::milliseconds on{60};           ///< of speech without a gap before it counts
  std::chrono::milliseconds off{500};         ///< of silence before it is over
  std::chrono::milliseconds pre_roll{300};    ///< of sound before the onset that belong to it
  std::chrono::milliseconds longest{30'000};  ///< one utterance; then it is ended, whatever goes on
};

/// What the detector tells, in order. Positions count samples from the first one pushed.
class VadSink {
 public:
  virtual ~VadSink() = default;
  virtual void speech_started(std::uint64_t at_sample) = 0;  ///< pre-roll included
  virtual void speech(std::span<const std::int16_t> samples) = 0;
  virtual void speech_stopped(std::uint64_t at_sample) = 0;  ///< where the silence was sure
};

/// Finds utterances in a stream with WebRTC's voice-activity detection. One a stream; about 2 µs a
/// frame of 20 ms.
class Vad {
 public:
  /// VALIDATION for a rate or mode that the detector does not know.
  static Result<Vad> make(VadOptions options = {});

  /// Any number of samples. `sink` is called before this returns.
  void push(std::span<const std::int16_t> samples, VadSink& sink);
  /// Ends an utterance that is going on, as at the end of a stream.
  void finish(VadSink& sink);

  bool in_speech() const { return in_speech_; }

 private:
  struct Free {
    void operator()(WebRtcVadInst* detector) const;
  };
  using Detector = std::unique_ptr<WebRtcVadInst, Free>;

  Vad(VadOptions options, Detector detector);
  void take_frame(std::span<const std::int16_t> frame, VadSink& sink);
  void remember(std::span<const std::int16_t> frame);
  void start(VadSink& sink);
  void stop(VadSink& sink);

  VadOptions options_;
  Detector detector_;
  audio::FrameCutter cutter_;
  std::vector<std::int16_t> history_;  ///< the latest sound, until an utterance takes it
  std::uint64_t position_ = 0;         ///< samples seen
  std::chrono::milliseconds voiced_{0};
  std::chrono::milliseconds silent_{0};
  std::chrono::milliseconds lasted_{0};
  bool in_speech_ = false;
};

}  // namespace callosum::provider::offline::speech
