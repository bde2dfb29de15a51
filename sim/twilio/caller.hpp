#pragma once

#include <optional>
#include <span>
#include <vector>

#include "sim/twilio/script.hpp"

namespace callosum::sim::twilio {

/// What a caller does in one frame's time.
struct Act {
  std::span<const std::uint8_t> sound;  ///< a whole frame, silence too
  bool is_voiced = false;               ///< it is part of an utterance
  const Utterance* begun = nullptr;     ///< with this frame
  const Utterance* said = nullptr;      ///< its last voiced frame is this one
  std::optional<char> digit;
  bool has_waited_in_vain = false;
  bool hangs_up = false;
};

/// The caller of one call: goes through the steps, a frame's time at a time. Pure; survives a
/// stream that is lost.
class Caller {
 public:
  /// `steps` outlive it. `length`: they are gone through again until so much time has passed, and
  /// then it hangs up; 0: once.
  Caller(const std::vector<Step>& steps, Ms length) : steps_(steps), length_(length) {}

  /// `hears`: the frame now played to it is audible.
  Act tick(bool hears);
  Ms now() const { return now_; }

 private:
  bool do_step(const Step& step, Act& act);
  bool say(const Step& step, Act& act);
  bool wait(const Step& step, Act& act);
  void go_on();

  const std::vector<Step>& steps_;
  Ms length_;
  Ms now_{0};
  std::size_t step_ = 0;
  std::size_t frame_ = 0;  ///< of the step
  Ms heard_{0};            ///< audible since it last said something
  Ms silent_{0};           ///< since it last heard something
};

}  // namespace callosum::sim::twilio
