#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "realtime/confidence.hpp"

namespace callosum::realtime {

/// What ears tell, in order. Every utterance that has stopped, or was committed, is followed by its
/// words or by why there are none.
struct HeardEvent {
  enum class Kind : std::uint8_t {
    started,
    partial,  ///< what the utterance that goes on seems to be so far; others may leave it out
    stopped,
    words,
    failed,
    lost  ///< nothing more will be heard: the last of all
  } kind;
  std::int64_t at_ms = 0;  ///< started, stopped: from the first sound on
  std::string text = {};   ///< words: may be empty, where nothing was understood; failed, lost: why
  bool is_stable = false;  ///< partial: the turn seems to be at its end, and may go on all the same
  bool is_sure = true;     ///< words: they may be acted upon as they are
  ErrorType why = ErrorType::transient;  ///< lost: AUTH and PERMANENT will not change
  Confidence confidence = {};            ///< words: how sure the recogniser says it is of them
};

/// Turns one speaker's sound into utterances in text: speech recognition on this machine, or a
/// service. Lives on its session's thread and never blocks it.
class Ears {
 public:
  virtual ~Ears() = default;
  /// Sound as input_audio_buffer.append has it: base64 of "audio/pcm" (24 kHz), "audio/pcmu" or
  /// "audio/pcma". VALIDATION where it is none.
  virtual Result<void> feed(std::string_view base64, const std::string& format) = 0;
  /// Whether it finds the ends of utterances by itself, or waits for `commit`.
  virtual void detect_turns(bool does) = 0;
  /// What was said until now is an utterance. False: there was nothing.
  virtual bool commit() = 0;
  /// What was said until now is forgotten, but for utterances that have ended.
  virtual void clear() = 0;
  /// The next thing heard; nothing: there is none yet.
  virtual std::optional<HeardEvent> take() = 0;
};

/// `on_news` is called, on that executor, when `take` has something that did not come of a call
/// just made; not after the ears have gone.
using MakeEars = std::function<Result<std::unique_ptr<Ears>>(boost::asio::any_io_executor executor,
                                                             std::function<void()> on_news)>;

}  // namespace callosum::realtime
