#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "sim/gemini/ear.hpp"
#include "sim/gemini/speaker.hpp"

namespace callosum::sim::gemini {

/// The user's side of one connection: realtimeInput, and what is heard in it.
class Listener {
 public:
  Listener(Wire& wire, State& state, Timeline& timeline, Speaker& speaker);

  void take(const json::object& input);

 private:
  using Handler = void (Listener::*)(const json::value&);
  static Handler find_handler(std::string_view kind);

  void take_audio(const json::value& blob);
  void take_video(const json::value& blob);
  void take_chunks(const json::value& chunks);
  void take_text(const json::value& text);
  void start_activity(const json::value& nothing);
  void end_activity(const json::value& nothing);
  void end_stream(const json::value& is_true);

  void user_began(Ms at);
  void user_ended(Ms at);
  void transcribe(const std::string& heard);
  void signal(std::string_view type, Ms at);
  std::string next_transcript();
  void refuse(std::string detail, std::string reason = kInvalidArgument);

  Wire& wire_;
  State& state_;
  Timeline& timeline_;
  Speaker& speaker_;
  Ear ear_;
  std::vector<std::uint8_t> bytes_;
  Ms began_{0};
  std::string written_;       ///< text within an activity that the client declared
  bool is_declared_ = false;  ///< activityStart came, activityEnd not yet
  std::size_t utterances_ = 0;
};

}  // namespace callosum::sim::gemini
