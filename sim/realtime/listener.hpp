#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "sim/realtime/input_audio.hpp"
#include "sim/realtime/responder.hpp"

namespace callosum::sim {

/// The input side of one connection: the audio buffer, its voice detector, commits and transcripts.
/// What is told of them, and in which order, is the vendor's.
class Listener {
 public:
  Listener(Wire& wire, State& state, Timeline& timeline, Responder& responder);
  virtual ~Listener() = default;

  void append(const json::object& event);
  void append(std::span<const std::uint8_t> sound);
  void commit(const json::object& event);
  void clear();
  /// A response has ended: the wait for an idle caller begins, where the session asks for one.
  void watch_idle(Ms played);

 protected:
  /// Speech was heard; `speech_item_` is new.
  virtual void on_started(Ms at);
  virtual void on_stopped(Ms at);
  /// The buffer became the item `item_id` of the conversation.
  virtual void tell_commit(const std::string& item_id) = 0;
  /// What came of an utterance: a transcript, a response.
  virtual void tell_transcript(const std::string& item_id) = 0;
  virtual const json::object* detection() const;

  void commit_item(const std::string& item_id);
  json::value previous_of(const std::string& item_id) const;
  /// What this utterance will turn out to be, where the script says so.
  std::string coming_transcript() const;
  bool wants(const char* key) const;

  Wire& wire_;
  State& state_;
  Timeline& timeline_;
  Responder& responder_;
  InputAudio audio_;
  std::string speech_item_;

 private:
  void time_out(std::size_t generation, Ms waited);

  std::vector<std::uint8_t> bytes_;
  std::size_t utterances_ = 0;
  std::size_t idle_generation_ = 0;
};

}  // namespace callosum::sim
