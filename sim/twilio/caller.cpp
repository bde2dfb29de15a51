#include "sim/twilio/caller.hpp"

namespace callosum::sim::twilio {
namespace {

/// A digit every so many frames, as fingers and dialers press them.
constexpr std::size_t kFramesADigit = 10;

}  // namespace

Act Caller::tick(bool hears) {
  Act act;
  act.sound = silent_frame();
  heard_ += hears ? kFrameTime : Ms(0);
  silent_ = hears ? Ms(0) : silent_ + kFrameTime;
  now_ += kFrameTime;
  if (length_.count() > 0 && now_ >= length_) {
    act.hangs_up = true;
    return act;
  }
  if (step_ >= steps_.size()) {
    act.hangs_up = length_.count() == 0;
    step_ = 0;
    return act;
  }
  if (do_step(steps_[step_], act)) go_on();
  return act;
}

void Caller::go_on() {
  ++step_;
  frame_ = 0;
}

/// True when the step is done.
bool Caller::do_step(const Step& step, Act& act) {
  switch (step.kind) {
    case StepKind::say:
      return say(step, act);
    case StepKind::dtmf:
      if (frame_ % kFramesADigit == 0 && frame_ / kFramesADigit < step.digits.size()) {
        act.digit = step.digits[frame_ / kFramesADigit];
        heard_ = Ms(0);
      }
      return ++frame_ >= step.digits.size() * kFramesADigit;
    case StepKind::pause:
      return kFrameTime * ++frame_ >= step.span;
    case StepKind::wait_silence:
    case StepKind::barge_in:
      return wait(step, act);
    case StepKind::hang_up:
      act.hangs_up = length_.count() == 0;
      return true;
  }
  return true;
}

bool Caller::say(const Step& step, Act& act) {
  const auto& utterance = *step.utterance;
  act.sound = utterance.frame(frame_);
  act.is_voiced = frame_ <= utterance.last_voiced;
  if (frame_ == 0) act.begun = &utterance;
  if (frame_ == utterance.last_voiced) {
    act.said = &utterance;
    heard_ = Ms(0);
  }
  return ++frame_ >= utterance.frames();
}

bool Caller::wait(const Step& step, Act& act) {
  ++frame_;
  const bool is_done = step.kind == StepKind::barge_in ? heard_ >= step.span
                                                       : heard_.count() > 0 && silent_ >= step.span;
  act.has_waited_in_vain = !is_done && kFrameTime * frame_ >= step.timeout;
  return is_done || act.has_waited_in_vain;
}

}  // namespace callosum::sim::twilio
