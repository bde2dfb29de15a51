#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "async/event.hpp"
#include "net/ws_connection.hpp"

namespace callosum::testing {

/// One direction of a pair: what one end has sent and the other has not read.
struct MemoryWsPipe {
  struct Message {
    std::string data;
    bool is_binary = false;
    net::FrameKind kind = net::FrameKind::control;
  };

  explicit MemoryWsPipe(const boost::asio::any_io_executor& executor) : changed(executor) {}

  async::Event changed;
  std::deque<Message> messages;
  std::size_t bytes = 0;
  std::optional<net::CloseInfo> close;  ///< said by the writer, behind its messages
  bool is_broken = false;               ///< the writer aborted
};

/// An end of a WebSocket that never leaves the process: orderly close, abort, bounded queue. Works
/// under virtual time. A peer that does not read stands for a slow socket: what it has not read is
/// "queued".
class MemoryWs final : public net::WsConnection {
 public:
  MemoryWs(std::shared_ptr<MemoryWsPipe> in, std::shared_ptr<MemoryWsPipe> out,
           net::WsLimits limits, std::string subprotocol, std::string peer)
      : in_(std::move(in)),
        out_(std::move(out)),
        limits_(limits),
        subprotocol_(std::move(subprotocol)),
        peer_(std::move(peer)) {}
  ~MemoryWs() override {
    if (!close_info_) abort();
  }

  boost::asio::awaitable<Result<net::WsMessage>> read(async::Deadline deadline) override {
    while (true) {
      if (close_info_) co_return ended();
      if (!in_->messages.empty()) {
        current_ = std::move(in_->messages.front());
        in_->messages.pop_front();
        in_->bytes -= current_.data.size();
        co_return net::WsMessage{current_.data, current_.is_binary};
      }
      if (in_->close) take_close(*in_->close);
      if (in_->is_broken) end({1006, "the peer hung up", true});
      if (close_info_) co_return ended();
      in_->changed.reset();
      is_reading_ = true;
      const ReadingEnds ending{*this};
      const bool woken = co_await in_->changed.wait(deadline);
      if (!woken) co_return fail(ErrorType::timeout, "that took too long");
    }
  }

  bool send(std::string_view text, net::FrameKind kind) override { return push(text, false, kind); }
  bool send_binary(std::string_view bytes, net::FrameKind kind) override {
    return push(bytes, true, kind);
  }

  boost::asio::awaitable<void> close(std::uint16_t code, std::string reason,
                                     async::Deadline deadline) override {
    say_close(code, std::move(reason));
    const auto executor = co_await boost::asio::this_coro::executor;
    while (!close_info_ && !deadline.passed()) {
      if (!is_reading_) {
        auto reading = read(deadline);
        [[maybe_unused]] const auto ignored = co_await std::move(reading);
        continue;
      }
      async::Event ended(executor);
      waiter_ = &ended;
      const WaiterEnds ending{*this};
      co_await ended.wait(deadline);
    }
    if (!close_info_) abort_with("no answer to our close");
  }

  void abort() override { abort_with("aborted"); }

  const std::optional<net::CloseInfo>& close_info() const override { return close_info_; }
  std::size_t queued_bytes() const override { return out_->bytes; }
  std::uint64_t dropped_audio_frames() const override { return dropped_audio_; }
  const std::string& subprotocol() const override { return subprotocol_; }
  const std::string& peer() const override { return peer_; }

 private:
  struct ReadingEnds {
    MemoryWs& self;
    ~ReadingEnds() {
      self.is_reading_ = false;
      if (self.waiter_) self.waiter_->set();
    }
  };
  struct WaiterEnds {
    MemoryWs& self;
    ~WaiterEnds() { self.waiter_ = nullptr; }
  };

  bool push(std::string_view data, bool is_binary, net::FrameKind kind) {
    if (close_info_ || out_->close || out_->is_broken || in_->is_broken) return false;
    auto& messages = out_->messages;
    for (auto at = messages.begin();
         at != messages.end() && out_->bytes + data.size() > limits_.max_queued_bytes;) {
      if (at->kind != net::FrameKind::audio) {
        ++at;
        continue;
      }
      out_->bytes -= at->data.size();
      at = messages.erase(at);
      ++dropped_audio_;
    }
    if (out_->bytes > 0 && out_->bytes + data.size() > limits_.max_queued_bytes) {
      if (kind == net::FrameKind::audio) return ++dropped_audio_ > 0;
      messages.clear();
      out_->bytes = 0;
      say_close(1008, "reads too slowly");
      end({1008, "reads too slowly", false});
      return false;
    }
    out_->bytes += data.size();
    messages.push_back({std::string(data), is_binary, kind});
    out_->changed.set();
    return true;
  }

  void say_close(std::uint16_t code, std::string reason) {
    if (out_->close || out_->is_broken) return;
    out_->close = net::CloseInfo{code, std::move(reason), true};
    out_->changed.set();
  }
  void take_close(const net::CloseInfo& said) {
    const bool by_peer = !out_->close;
    if (by_peer) say_close(said.code, {});
    end({said.code, said.reason, by_peer});
  }
  void end(net::CloseInfo info) {
    if (close_info_) return;
    close_info_ = std::move(info);
    in_->changed.set();
    if (waiter_) waiter_->set();
  }
  void abort_with(std::string reason) {
    end({1006, std::move(reason), false});
    out_->is_broken = true;
    out_->changed.set();
  }
  Error ended() const {
    return fail(ErrorType::transient,
                "the connection ended (" + std::to_string(close_info_->code) + ")",
                close_info_->reason);
  }

  std::shared_ptr<MemoryWsPipe> in_;
  std::shared_ptr<MemoryWsPipe> out_;
  net::WsLimits limits_;
  std::string subprotocol_;
  std::string peer_;
  MemoryWsPipe::Message current_;
  std::optional<net::CloseInfo> close_info_;
  async::Event* waiter_ = nullptr;  ///< of close()
  std::uint64_t dropped_audio_ = 0;
  bool is_reading_ = false;
};

struct MemoryWsPair {
  std::unique_ptr<net::WsConnection> server;
  std::unique_ptr<net::WsConnection> client;
};

inline MemoryWsPair make_memory_ws_pair(const boost::asio::any_io_executor& executor,
                                        net::WsLimits limits = {}, std::string subprotocol = {}) {
  auto up = std::make_shared<MemoryWsPipe>(executor);
  auto down = std::make_shared<MemoryWsPipe>(executor);
  return {std::make_unique<MemoryWs>(up, down, limits, subprotocol, "client"),
          std::make_unique<MemoryWs>(down, up, limits, subprotocol, "server")};
}

}  // namespace callosum::testing
