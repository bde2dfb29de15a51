#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <vector>

#include "sim/realtime/reply.hpp"
#include "sim/tone.hpp"

namespace callosum::sim {

/// One thing that a response does, some time after the one before it.
struct Step {
  enum class Kind : std::uint8_t {
    event,
    finish,  ///< response.done, made of what was really sent
    silence,
    disconnect,
    error,  ///< `event` holds the error's members
  };

  Kind kind = Kind::event;
  Ms delay{0};
  json::object event;
  Disconnect disconnect;

  std::string_view type() const;
};

class Dialect;
struct Script;

/// What the shape of a response's events depends on.
struct ResponseFrame {
  const Dialect* dialect = nullptr;
  const Script* script = nullptr;
  std::string response_id;
  bool is_audio = true;
  bool is_in_conversation = true;  ///< false: no conversation.item events (`conversation: "none"`)
  bool is_binary = false;          ///< sound goes out as binary frames
  SoundFormat format;
  double speed = 1;
  std::function<std::string(std::string_view prefix)> make_id;
};

/// An item under way.
struct ItemSoFar {
  std::size_t output_index = 0;
  json::object item;      ///< as added
  std::string text;       ///< sent as text or transcript
  std::string arguments;  ///< sent of a call
  bool is_audio = false;
};

/// All events between response.created and response.done, as the dialect spells and orders them,
/// then the finish, with the reply's delays. Faults are not in it yet.
std::vector<Step> compose(const Reply& reply, const ResponseFrame& frame);

/// `reply`'s faults worked into its steps.
void apply_faults(const Reply& reply, const ResponseFrame& frame, std::vector<Step>& steps);

// For dialects.

/// " word" by " word", as tokens come.
std::vector<std::string> words_of(std::string_view text);
/// What the deltas of a call carry: its own pieces, `piece_count` of them, or `otherwise` bytes
/// each (0: all in one).
std::vector<std::string> pieces_of(const CallPlan& call, std::string_view arguments,
                                   std::size_t otherwise);
/// The arguments that are sent: half of them when the call is cut.
std::string sent_arguments(const CallPlan& call);

}  // namespace callosum::sim
