#pragma once

#include <string>
#include <string_view>

#include "provider/xai/normaliser.hpp"
#include "provider/xai/replay.hpp"
#include "realtime/model_port.hpp"

namespace callosum::provider::xai {

/// Both directions of one connection, without its socket: what the gateway says is put into xAI's
/// words or answered in xAI's place, what xAI says is normalised. Told the time.
class Wire {
 public:
  /// A response that was cancelled or spoken over and of which nothing more comes has ended.
  static constexpr std::chrono::seconds kEndPatience{2};

  /// What a response says before its client has asked for it: seconds of sound.
  static constexpr std::size_t kMaxParked = 1 << 20;

  explicit Wire(std::string model) : normaliser_(std::move(model)) {}

  /// Asks for the conversation to be kept; the opening's `resumption` is taken up.
  void open(const realtime::SessionOpening& opening, std::string_view event_id);
  Replay& replay() { return replay_; }
  const Replay& replay() const { return replay_; }
  /// The conversation's id, once there is something in it.
  std::string resumption() const;
  std::vector<realtime::KeptItem> take_kept();
  void name_kept(const realtime::KeptItem& item, std::string_view known_as);
  /// True: the event is to be sent on as it is.
  bool from_gateway(std::string_view event, SteadyTime now);
  /// Exactly these words, in a response outside the conversation.
  void speak(std::string_view text, std::string_view event_id, SteadyTime now);
  /// True: the frame is to be passed on as it came.
  bool from_model(const realtime::ServerFrame& frame, SteadyTime now);
  /// Does what is due.
  void look(SteadyTime now);
  SteadyTime next_look(SteadyTime now) const;

  Frames& to_model() { return to_model_; }      ///< waits to be sent
  Frames& to_gateway() { return to_gateway_; }  ///< waits to be read
  const Normaliser& normaliser() const { return normaliser_; }

 private:
  bool name_theirs(std::string_view event);
  void update_session(const json::object& event);
  void create_response(const json::object& event, SteadyTime now);
  bool cancel_response(const json::object& event, SteadyTime now);
  void park(const realtime::ServerFrame& frame, bool passes, Frames told);
  void release(const json::value& metadata);
  void retrieve_item(const json::object& event);
  void truncate_item(const json::object& event);
  void refuse(std::string_view code, std::string message, std::string_view param,
              const json::object& event);

  Normaliser normaliser_;
  Replay replay_;
  Frames to_model_;
  Frames to_gateway_;
  Frames parked_;  ///< since a response began that the client has not asked for yet
  std::size_t parked_bytes_ = 0;
  SteadyTime end_by_{};  ///< of a response that awaits its end
  std::uint64_t next_silent_ = 0;
};

}  // namespace callosum::provider::xai
