#pragma once

#include "storage/realtime_sessions.hpp"

namespace callosum::session {

/// Where conversations are written down, for whoever is not part of them. Any thread.
class SessionRecords {
 public:
  virtual ~SessionRecords() = default;
  /// The session as it is from now on. Never waits, and never fails: what cannot be written is
  /// logged by whoever keeps it.
  virtual void note(storage::RealtimeSession session) = 0;
};

}  // namespace callosum::session
