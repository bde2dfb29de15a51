#pragma once

#include <string>
#include <string_view>

#include "sim/realtime/listener.hpp"

namespace callosum::sim::xai {

/// What xAI tells of the caller's speech: the item as soon as they speak, transcripts that grow and
/// correct themselves, one `completed` after the other (protocol §6).
class XaiListener final : public Listener {
 public:
  using Listener::Listener;

  void commit_by_hand(const json::object& event);
  /// While a message that nobody may interrupt is played, the caller is not heard.
  void be_deaf_for(Ms how_long);
  bool is_deaf() const;

 private:
  void on_started(Ms at) override;
  void on_stopped(Ms at) override;
  void tell_commit(const std::string& item_id) override;
  void tell_transcript(const std::string& item_id) override;
  const json::object* detection() const override;

  void announce(const std::string& item_id, std::string_view status, std::string_view transcript);
  void tell_interim(const std::string& item_id, std::string_view transcript);
  void tell_completed(const std::string& item_id, std::string_view transcript,
                      std::string_view status);

  bool is_by_hand_ = false;
  SteadyTime deaf_until_{};
};

}  // namespace callosum::sim::xai
