#include "load/driver.hpp"

#include <algorithm>
#include <sys/epoll.h>
#include <unistd.h>

#include "load/frames.hpp"
#include "wire/ws_bytes.hpp"

namespace callosum::bench {
namespace {

constexpr Nanos kPatience = 60 * kSecond;

void replace_word(std::string& text, std::string_view word, const std::string& value) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word)) {
    text.replace(at, word.size(), value);
  }
}

std::uint16_t free_port() {
  const int fd = listen_on(0);
  const auto port = port_of(fd);
  close(fd);
  return port;
}

}  // namespace

Driver::Driver(const LoadOptions& options) : options_(options) {
  raise_descriptor_limit();
  listener_ = listen_on(0);
  server_port_ = free_port();
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
}

Driver::~Driver() {
  server_.reset();
  for (auto* legs : {&callers_, &providers_, &dead_}) {
    for (auto* leg : *legs) delete leg;
  }
  close(epoll_);
  close(listener_);
}

void Driver::start_server() {
  ServerProcess::Start start{options_.command, options_.server_cpu, options_.server_log};
  for (auto& word : start.command) {
    replace_word(word, "{port}", std::to_string(server_port_));
    replace_word(word, "{provider}", std::to_string(port_of(listener_)));
  }
  server_ = std::make_unique<ServerProcess>(start, server_port_);
  pin_to(options_.driver_cpu);
}

Leg& Driver::add(int fd, Leg::Side side, std::vector<Leg*>& legs) {
  auto* leg = new Leg(fd, side, added_++);
  legs.push_back(leg);
  return *leg;
}

Leg& Driver::add_caller() {
  auto& leg = add(connect_to(server_port_), Leg::Side::caller, callers_);
  watch(leg, true);
  return leg;
}

void Driver::accept_providers() {
  for (int fd = accept_from(listener_); fd >= 0; fd = accept_from(listener_)) {
    auto& leg = add(fd, Leg::Side::provider, providers_);
    leg.is_connected = true;
    watch(leg, true);
  }
}

void Driver::watch(Leg& leg, bool is_new) {
  epoll_event event{};
  event.events = EPOLLIN | (leg.socket.has_unsent() || !leg.is_connected ? EPOLLOUT : 0U);
  event.data.ptr = &leg;
  epoll_ctl(epoll_, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, leg.socket.fd(), &event);
}

void Driver::send(Leg& leg, std::string_view frames) {
  if (leg.is_dead) return;
  if (!leg.socket.send(frames)) return end(leg);
  if (leg.socket.has_unsent()) watch(leg, false);
}

void Driver::poll_once(Nanos wait) {
  static std::vector<epoll_event> events(1024);
  const timespec span{wait / kSecond, wait % kSecond};
  const int count =
      epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &span, nullptr);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr) {
      accept_providers();
      continue;
    }
    auto& leg = *static_cast<Leg*>(event.data.ptr);
    if (!leg.is_dead) serve(leg, event.events);
  }
  for (auto* leg : dead_) delete leg;
  dead_.clear();
}

void Driver::serve(Leg& leg, std::uint32_t events) {
  if (events & EPOLLOUT) {
    if (!leg.is_connected) {
      leg.is_connected = true;
      leg.socket.send(upgrade_request("127.0.0.1:" + std::to_string(server_port_), options_.target,
                                      options_.token));
    }
    if (!leg.socket.flush()) return end(leg);
    watch(leg, false);
  }
  if (!(events & ~static_cast<std::uint32_t>(EPOLLOUT))) return;
  if (!leg.socket.receive([&](auto bytes) { return take(leg, bytes); })) end(leg);
}

std::size_t Driver::take(Leg& leg, std::span<char> bytes) {
  std::size_t used = 0;
  if (!leg.is_upgraded) {
    used = upgrade(leg, {bytes.data(), bytes.size()});
    if (used == 0) return 0;
  }
  while (const auto frame = take_frame(bytes.subspan(used))) {
    used += frame->total_bytes;
    if (leg.is_dead) continue;
    if (frame->opcode == kText) {
      on_event(leg, frame->payload);
    } else if (frame->opcode == kPing) {
      std::string pong;
      append_frame(pong, kPong, frame->payload, leg.side == Leg::Side::caller);
      send(leg, pong);
    } else if (frame->opcode == kClose) {
      std::string close;
      append_frame(close, kClose, frame->payload.substr(0, 2), leg.side == Leg::Side::caller);
      send(leg, close);
    }
  }
  return used;
}

std::size_t Driver::upgrade(Leg& leg, std::string_view bytes) {
  const auto size = header_block_bytes(bytes);
  if (size == 0) return 0;
  leg.is_upgraded = true;
  if (leg.side == Leg::Side::caller) {
    if (bytes.substr(0, 12) != "HTTP/1.1 101") {
      errno = 0;
      die("the server refused a caller: " + std::string(bytes.substr(0, 400)));
    }
    return size;
  }
  std::string out = upgrade_response(bytes.substr(0, size));
  append_frame(out, kText, session_created(), false);
  send(leg, out);
  return size;
}

void Driver::on_event(Leg& leg, std::string_view event) {
  if (leg.side == Leg::Side::caller) {
    ++seen_.caller_frames;
    seen_.caller_bytes += event.size();
    if (!leg.is_ready && is_type(event, "session.created")) {
      leg.is_ready = true;
      ++ready_callers_;
    } else if (on_caller_event) {
      on_caller_event(leg, event);
    }
    return;
  }
  if (is_type(event, "session.update")) {
    start_provider_session(leg, event);
  } else if (on_provider_event) {
    on_provider_event(leg, event);
  }
}

void Driver::start_provider_session(Leg& leg, std::string_view update) {
  seen_.update_bytes = update.size();
  std::string frame;
  append_frame(frame, kText, session_updated(session_of(update)), false);
  send(leg, frame);
  if (leg.is_ready || leg.is_dead) return;
  leg.is_ready = true;
  ++ready_providers_;
  if (on_provider_ready) on_provider_ready(leg);
}

void Driver::end(Leg& leg) {
  if (leg.is_dead) return;
  leg.is_dead = true;
  auto& legs = leg.side == Leg::Side::caller ? callers_ : providers_;
  auto& ready = leg.side == Leg::Side::caller ? ready_callers_ : ready_providers_;
  legs.erase(std::find(legs.begin(), legs.end(), &leg));
  if (leg.is_ready) --ready;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, leg.socket.fd(), nullptr);
  dead_.push_back(&leg);
  ++seen_.closed_early;
  if (on_closed) on_closed(leg);
}

void Driver::drop(Leg& leg) {
  std::string close;
  append_frame(close, kClose, std::string_view("\x03\xe8", 2), leg.side == Leg::Side::caller);
  leg.socket.send(close);
  end(leg);
  --seen_.closed_early;
}

void Driver::wait_for_sessions(std::size_t count) {
  const auto started = now();
  while (ready_sessions() < count) {
    poll_once(10 * kMillisecond);
    if (now() - started > kPatience) {
      errno = 0;
      die("only " + std::to_string(ready_callers_) + " callers and " +
          std::to_string(ready_providers_) + " provider sessions of " + std::to_string(count) +
          " came up; see " + options_.server_log);
    }
  }
}

void Driver::wait_for_none() {
  const auto started = now();
  while (!callers_.empty() || !providers_.empty()) {
    poll_once(10 * kMillisecond);
    if (now() - started > kPatience) {
      errno = 0;
      die("the server keeps " + std::to_string(providers_.size()) +
          " sessions of callers that left");
    }
  }
}

void Driver::run_until(Nanos until, const std::function<Nanos(Nanos)>& on_time) {
  stops_ = false;
  for (auto time = now(); time < until && !stops_; time = now()) {
    const auto next = std::min(until, on_time(time));
    poll_once(std::max<Nanos>(0, next - now()));
  }
}

void Driver::run_until(Nanos until) {
  run_until(until, [&](Nanos) { return until; });
}

}  // namespace callosum::bench
