#include "net/heartbeat.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/steady_timer.hpp>
#include <vector>

namespace callosum::net {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::seconds kTick{1};
}

/// One timer for all the connections of a thread: what they would wait for is seconds away, and a
/// timer each would cost more than the traffic of an idle one.
class Heartbeat : public std::enable_shared_from_this<Heartbeat> {
 public:
  Heartbeat(const asio::any_io_executor& executor, async::TimeSource& time)
      : executor_(executor), time_(time), timer_(executor) {}

  async::TimeSource& time() const { return time_; }

  void add(HeartbeatMember& member) {
    member.next_ = first_;
    if (first_) first_->previous_ = &member;
    first_ = &member;
    if (is_running_) return;
    is_running_ = true;
    asio::co_spawn(executor_, run(shared_from_this()), [](const std::exception_ptr&) {});
  }

  void remove(HeartbeatMember& member) {
    if (cursor_ == &member) cursor_ = member.next_;
    if (member.previous_) member.previous_->next_ = member.next_;
    if (member.next_) member.next_->previous_ = member.previous_;
    if (first_ == &member) first_ = member.next_;
    member.previous_ = member.next_ = nullptr;
    if (!first_) timer_.cancel();  // nothing keeps the context busy any more
  }

 private:
  static asio::awaitable<void> run(std::shared_ptr<Heartbeat> self) {
    struct Stopped {
      Heartbeat& heartbeat;
      ~Stopped() { heartbeat.is_running_ = false; }
    } const stopped{*self};
    while (self->first_) {
      const SteadyTime next = self->time_.now() + kTick;
      co_await self->time_.wait(self->timer_, next);
      self->tick();
    }
  }

  void tick() {
    const SteadyTime now = time_.now();
    cursor_ = first_;
    while (cursor_) {
      HeartbeatMember& member = *cursor_;
      cursor_ = member.next_;
      member.on_tick(now);
    }
  }

  asio::any_io_executor executor_;
  async::TimeSource& time_;
  asio::steady_timer timer_;
  HeartbeatMember* first_ = nullptr;
  HeartbeatMember* cursor_ = nullptr;  ///< who is next in the tick under way
  bool is_running_ = false;
};

namespace {

/// Remembers, per context, the heartbeats that have members.
class HeartbeatService : public asio::execution_context::service {
 public:
  using key_type = HeartbeatService;
  inline static asio::execution_context::id id;

  explicit HeartbeatService(asio::execution_context& context)
      : asio::execution_context::service(context) {}

  std::shared_ptr<Heartbeat> find_or_make(const asio::any_io_executor& executor,
                                          async::TimeSource& time) {
    std::erase_if(heartbeats_, [](const auto& heartbeat) { return heartbeat.expired(); });
    for (const auto& known : heartbeats_) {
      auto heartbeat = known.lock();
      if (heartbeat && &heartbeat->time() == &time) return heartbeat;
    }
    auto made = std::make_shared<Heartbeat>(executor, time);
    heartbeats_.push_back(made);
    return made;
  }

 private:
  void shutdown() override {}

  std::vector<std::weak_ptr<Heartbeat>> heartbeats_;
};

}  // namespace

HeartbeatMember::~HeartbeatMember() { leave_heartbeat(); }

void HeartbeatMember::join_heartbeat(const asio::any_io_executor& executor,
                                     async::TimeSource& time) {
  auto& context = asio::query(executor, asio::execution::context);
  heartbeat_ = asio::use_service<HeartbeatService>(context).find_or_make(executor, time);
  heartbeat_->add(*this);
}

void HeartbeatMember::leave_heartbeat() {
  if (!heartbeat_) return;
  heartbeat_->remove(*this);
  heartbeat_.reset();
}

}  // namespace callosum::net
