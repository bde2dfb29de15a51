#pragma once

#include <string>

#include "sim/realtime/listener.hpp"

namespace callosum::sim::openai {

/// What OpenAI tells of the caller's speech, and when.
class GaListener final : public Listener {
 public:
  using Listener::Listener;

 private:
  void on_started(Ms at) override;
  void on_stopped(Ms at) override;
  void tell_commit(const std::string& item_id) override;
  void tell_transcript(const std::string& item_id) override;
};

}  // namespace callosum::sim::openai
