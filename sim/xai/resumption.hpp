#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "sim/realtime/conversation.hpp"

namespace callosum::sim::xai {

/// What is left of resumable conversations when their connections have gone, by conversation id
/// (protocol §6.1). One a simulator.
class KeptConversations {
 public:
  explicit KeptConversations(const Clock& clock) : clock_(clock) {}

  void keep(const std::string& id, const Conversation& conversation,
            std::chrono::milliseconds how_long);
  bool has(const std::string& id) const;
  /// As they are replayed: new ids, text in the place of sound, `replayed` true.
  std::vector<json::object> replay(const std::string& id) const;

 private:
  struct Kept {
    std::vector<json::object> items;
    SteadyTime until;
  };

  const Clock& clock_;
  std::map<std::string, Kept> kept_;
};

}  // namespace callosum::sim::xai
