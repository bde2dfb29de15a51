#include "net/kept_connections.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <chrono>
#include <list>

#include "net/heartbeat.hpp"

namespace callosum::net {

namespace asio = boost::asio;

namespace {

// Below the five seconds after which common servers close: a request should not meet that.
constexpr std::chrono::seconds kKeepFor{3};
constexpr std::size_t kMostOfAPlace = 8;
constexpr std::size_t kMost = 128;

/// Kept with the context and gone before its sockets' own service is.
class KeptConnections : public asio::execution_context::service {
 public:
  using key_type = KeptConnections;
  inline static asio::execution_context::id id;

  explicit KeptConnections(asio::execution_context& context)
      : asio::execution_context::service(context) {}

  static KeptConnections& of(const asio::any_io_executor& executor) {
    return asio::use_service<KeptConnections>(asio::query(executor, asio::execution::context));
  }

  /// The youngest: it is the least likely to have been closed.
  std::unique_ptr<ByteStream> take(const std::string& place) {
    for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
      if (kept->place != place) continue;
      auto stream = std::move(kept->stream);
      kept_.erase(kept);
      return stream;
    }
    return nullptr;
  }

  void keep(std::string place, std::unique_ptr<ByteStream> stream, async::TimeSource& time) {
    std::size_t of_place = 0;
    for (auto kept = kept_.begin(); kept != kept_.end();) {
      const bool is_too_many = kept->place == place && ++of_place >= kMostOfAPlace;
      kept = is_too_many ? kept_.erase(kept) : std::next(kept);
    }
    if (kept_.size() >= kMost) kept_.pop_back();
    kept_.emplace_front(*this, std::move(place), std::move(stream), time);
  }

  void clear() { kept_.clear(); }

 private:
  struct Kept final : HeartbeatMember {
    Kept(KeptConnections& all, std::string where, std::unique_ptr<ByteStream> what,
         async::TimeSource& time)
        : owner(all),
          place(std::move(where)),
          stream(std::move(what)),
          until(time.now() + kKeepFor) {
      join_heartbeat(stream->executor(), time);
    }
    void on_tick(SteadyTime now) override {
      if (now >= until) owner.kept_.remove_if([this](const Kept& kept) { return &kept == this; });
    }

    KeptConnections& owner;
    std::string place;
    std::unique_ptr<ByteStream> stream;
    SteadyTime until;
  };

  void shutdown() override { clear(); }

  std::list<Kept> kept_;  // the youngest first
};

}  // namespace

std::unique_ptr<ByteStream> take_kept_connection(const asio::any_io_executor& executor,
                                                 const std::string& place) {
  return KeptConnections::of(executor).take(place);
}

void keep_connection(std::string place, std::unique_ptr<ByteStream> stream,
                     async::TimeSource& time) {
  auto& all = KeptConnections::of(stream->executor());
  all.keep(std::move(place), std::move(stream), time);
}

void close_kept_connections(const asio::any_io_executor& executor) {
  KeptConnections::of(executor).clear();
}

}  // namespace callosum::net
