#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/deadline.hpp"
#include "base/result.hpp"

namespace callosum::realtime {

/// How an utterance's words lie in its sound: the first so many bytes of its words have been spoken
/// when so much of its sound has been played.
struct SpokenMark {
  std::size_t bytes = 0;
  std::chrono::milliseconds at{0};
};

/// What a mouth tells, in order.
struct MouthEvent {
  enum class Kind : std::uint8_t {
    sound,   ///< more of the utterance, in whole samples
    marks,   ///< where its words lie, as far as the service says so
    spoken,  ///< all of its sound has been given
    failed   ///< no more of it will come
  } kind = Kind::sound;
  std::vector<std::uint8_t> sound = {};
  std::vector<SpokenMark> marks = {};  ///< ascending
  Error why = {};                      ///< failed: AUTH and PERMANENT will not change
};

/// What a session speaks with.
struct MouthSettings {
  std::string format = "audio/pcm";  ///< 24 kHz; "audio/pcmu" and "audio/pcma": 8 kHz
  std::string voice;                 ///< as the session names it; empty: the configured one
  bool operator==(const MouthSettings&) const = default;
};

/// Turns words into sound, one utterance after the other: speech synthesis on this machine, or a
/// service. Its words come in pieces, between which one blank stands in the utterance. Lives on its
/// session's thread and never blocks it.
class Mouth {
 public:
  virtual ~Mouth() = default;
  /// Until it can speak. AUTH and PERMANENT: it never will.
  virtual boost::asio::awaitable<Result<void>> open(async::Deadline deadline) = 0;
  /// More words of the utterance; the first of them begin it.
  virtual void say(std::string_view piece) = 0;
  /// These were all of its words: what is held back is spoken now, and `spoken` follows.
  virtual void flush() = 0;
  /// What is left of the utterance is for nobody, and not told any more.
  virtual void cancel() = 0;
  /// The next thing to tell; nothing: there is none yet.
  virtual std::optional<MouthEvent> take() = 0;
};

/// `on_news` is called, on that executor, when `take` has something that did not come of a call
/// just made; not after the mouth has gone.
using MakeMouth = std::function<Result<std::unique_ptr<Mouth>>(
    boost::asio::any_io_executor executor, MouthSettings settings, std::function<void()> on_news)>;

}  // namespace callosum::realtime
