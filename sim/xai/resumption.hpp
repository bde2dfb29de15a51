#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "sim/realtime/conversation.hpp"

namespace callosum::sim::xai {

/// What is left of resumable conversations when their connections have gone, by conversation id
/// (protocol §6.1). One a simulator. Bounded in number, in bytes and in time: the one that was idle
/// longest is forgotten first, and of one that is too large its oldest items.
class KeptConversations {
 public:
  static constexpr std::size_t kMost = 1000;
  static constexpr std::size_t kMostBytes = 64 << 20;
  static constexpr std::size_t kMostBytesOfOne = 4 << 20;

  explicit KeptConversations(const Clock& clock) : clock_(clock) {}

  void keep(const std::string& id, const Conversation& conversation,
            std::chrono::milliseconds how_long);
  bool has(const std::string& id) const;
  /// As they are replayed: new ids, text in the place of sound, `replayed` true.
  std::vector<json::object> replay(const std::string& id) const;
  std::size_t size() const { return kept_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Kept {
    std::vector<json::object> items;
    std::size_t bytes = 0;
    SteadyTime until;
  };
  using Entries = std::map<std::string, Kept>;
  void forget(Entries::iterator entry);
  void make_room(const std::string& for_id);

  const Clock& clock_;
  Entries kept_;
  std::size_t bytes_ = 0;  ///< of all
};

}  // namespace callosum::sim::xai
