#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/realtime/reply.hpp"
#include "sim/timeline.hpp"
#include "sim/tone.hpp"

namespace callosum::sim {

class Sheet;

/// How a voice speaks: read from the `voice` map of a script.
struct VoiceManner {
  Ms first_byte{0};           ///< from the text to its first sound
  Ms pace{0};                 ///< between pieces of 200 ms: a voice is faster than it is heard
  double speed = 1;           ///< of what is said
  std::size_t cut_after = 0;  ///< so many pieces of a connection and then it ends; 0: never
  Disconnect cut;
  std::size_t fail_nth = 0;  ///< the nth text of a connection is answered by an error; 0: none
  std::string error = "internal error";
};
void read_voice(Sheet& sheet, VoiceManner& into);

/// Says texts one after the other as a 220 Hz tone of a voice's length. Owned by a connection; what
/// it does later goes to a timeline that ends with it.
class Mouth {
 public:
  struct Piece {
    std::string_view sound;  ///< 200 ms
    std::string_view text;   ///< the letters that are in it
    bool is_last = false;    ///< of its text
  };
  using After = std::function<void(std::chrono::milliseconds, std::function<void()>)>;

  /// `after`: does something later, never once the owner has gone.
  Mouth(const VoiceManner& manner, After after)
      : manner_(manner), after_(std::move(after)), alive_(std::make_shared<int>()) {}

  /// `on_piece` for each, then `on_said`. Texts wait for those before them.
  void say(std::string text, SoundFormat format, std::function<void(const Piece&)> on_piece,
           std::function<void()> on_said = {});
  /// A mark in the line of texts: told when all before it is said.
  void when_said(std::function<void()> told);
  /// Drops what has not been said; those waiting are never told.
  void clear();
  bool is_idle() const { return jobs_.empty(); }
  std::size_t pieces() const { return pieces_; }

 private:
  struct Job {
    std::string text;
    SoundFormat format;
    std::size_t pieces = 0;
    std::size_t done = 0;
    std::function<void(const Piece&)> on_piece;
    std::function<void()> on_said;
  };

  void start();
  Piece cut_piece(Job& job) const;
  void step();
  void later(Ms delay);

  const VoiceManner& manner_;
  After after_;
  std::vector<Job> jobs_;
  std::shared_ptr<int> alive_;  ///< of what is planned: replaced when it is dropped
  std::size_t pieces_ = 0;
  bool is_speaking_ = false;
};

}  // namespace callosum::sim
