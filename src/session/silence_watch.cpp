#include "session/silence_watch.hpp"

namespace callosum::session {

SilenceWatch::Step SilenceWatch::take() {
  const int prompts = rule_.prompt.empty() ? 0 : rule_.prompts;
  if (taken_ < prompts) {
    ++taken_;
    return Step::prompt;
  }
  const bool is_said = rule_.goodbye.empty() || taken_ > prompts;
  taken_ = prompts + 1;
  return is_said ? Step::end : Step::goodbye;
}

}  // namespace callosum::session
