#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "sim/openai/input_audio.hpp"
#include "sim/openai/responder.hpp"

namespace callosum::sim::openai {

/// The input side of one connection: the audio buffer, its voice detector, commits and transcripts.
class Listener {
 public:
  Listener(Wire& wire, State& state, Timeline& timeline, Responder& responder);

  void append(const json::object& event);
  void commit(const json::object& event);
  void clear();
  /// A response has ended: the wait for an idle caller begins, where the session asks for one.
  void watch_idle(Ms played);

 private:
  void speech_started(Ms at);
  void speech_stopped(Ms at);
  void commit_item(const std::string& item_id);
  void add_transcript(const std::string& item_id);
  void time_out(std::size_t generation, Ms waited);
  std::string next_transcript();
  bool wants(const char* key) const;

  Wire& wire_;
  State& state_;
  Timeline& timeline_;
  Responder& responder_;
  InputAudio audio_;
  std::vector<std::uint8_t> bytes_;
  std::string speech_item_;
  std::size_t utterances_ = 0;
  std::size_t idle_generation_ = 0;
};

}  // namespace callosum::sim::openai
