#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <vector>

#include "sim/openai/reply.hpp"
#include "sim/tone.hpp"

namespace callosum::sim::openai {

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

/// What the shape of a response's events depends on.
struct ResponseFrame {
  std::string response_id;
  bool is_audio = true;
  bool is_in_conversation = true;  ///< false: no conversation.item events (`conversation: "none"`)
  SoundFormat format = SoundFormat::pcm24;
  double speed = 1;
  std::function<std::string(std::string_view prefix)> make_id;
};

/// All events between response.created and response.done, in the order of dossier section 11, then
/// the finish, with the reply's delays. Faults are not in it yet.
std::vector<Step> compose(const Reply& reply, const ResponseFrame& frame);

/// The events that end an item: early, with what has been sent of it, when `status` is
/// "incomplete".
struct ItemSoFar {
  std::size_t output_index = 0;
  json::object item;      ///< as added
  std::string text;       ///< sent as text or transcript
  std::string arguments;  ///< sent of a call
  bool is_audio = false;
};
std::vector<json::object> end_item(const ItemSoFar& item, const ResponseFrame& frame,
                                   std::string_view status);

/// `reply`'s faults worked into its steps.
void apply_faults(const Reply& reply, const ResponseFrame& frame, std::vector<Step>& steps);

}  // namespace callosum::sim::openai
