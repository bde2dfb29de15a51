#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "async/time_source.hpp"

namespace callosum::net {

class Heartbeat;

/// Something that is looked at about once a second while it is a member. One thread.
class HeartbeatMember {
 public:
  virtual ~HeartbeatMember();
  HeartbeatMember() = default;
  HeartbeatMember(const HeartbeatMember&) = delete;
  HeartbeatMember& operator=(const HeartbeatMember&) = delete;

  virtual void on_tick(SteadyTime now) = 0;

 protected:
  /// Joins the heartbeat of this executor's context and this time; `time` outlives the membership.
  void join_heartbeat(const boost::asio::any_io_executor& executor, async::TimeSource& time);
  void leave_heartbeat();

 private:
  friend class Heartbeat;

  std::shared_ptr<Heartbeat> heartbeat_;
  HeartbeatMember* previous_ = nullptr;
  HeartbeatMember* next_ = nullptr;
};

}  // namespace callosum::net
