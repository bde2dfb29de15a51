#include "floor/floor.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include "wire/ws_bytes.hpp"

namespace callosum::bench {
namespace {

constexpr std::uint64_t kUpstreamBit =
    1;  // pairs are aligned, so the lowest bit of a pointer is free

/// `head` + padding + `tail`, in all `size` bytes.
std::string padded(std::string head, std::string_view tail, std::size_t size) {
  const auto have = head.size() + tail.size();
  if (size > have) head.append(size - have, 'x');
  return head.append(tail);
}

}  // namespace

Floor::Floor(FloorOptions options) : options_(options) {
  append_frame(update_, kText,
               padded(R"({"type":"session.update","session":{"type":"realtime","x":")", R"("}})",
                      options.update_bytes),
               true);
  append_frame(answer_, kText,
               padded(R"({"type":"conversation.item.create","item":{"type":"function_call_output",)"
                      R"("call_id":"","output":")",
                      R"("}})", options.output_bytes),
               true);
  append_frame(answer_, kText,
               padded(R"({"type":"response.create","event_id":")", R"("})", options.create_bytes),
               true);
  if (options.caller_bytes > 0) {
    append_frame(to_caller_, kText, padded(R"({"type":"x","x":")", R"("})", options.caller_bytes),
                 false);
  }
  listener_ = listen_on(options.port);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{EPOLLIN, {.u64 = 0}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
}

Floor::~Floor() {
  for (auto* pair : pairs_) delete pair;
  close(epoll_);
  close(listener_);
}

void Floor::run() {
  std::vector<epoll_event> events(512);
  for (;;) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == 0) {
        accept_all();
        continue;
      }
      auto& pair = *reinterpret_cast<Pair*>(event.data.u64 & ~kUpstreamBit);
      if (pair.is_dead) continue;
      if (event.data.u64 & kUpstreamBit) {
        on_upstream(pair, event.events);
      } else {
        on_caller(pair, event.events);
      }
    }
    for (auto* pair : dead_) delete pair;
    dead_.clear();
  }
}

void Floor::accept_all() {
  for (int fd = accept_from(listener_); fd >= 0; fd = accept_from(listener_)) {
    auto* pair = new Pair;
    pairs_.insert(pair);
    pair->caller = std::make_unique<Socket>(fd);
    watch(*pair, false, true);
  }
}

void Floor::on_caller(Pair& pair, std::uint32_t events) {
  const bool alive = (!(events & EPOLLOUT) || pair.caller->flush()) &&
                     pair.caller->receive([&](auto bytes) { return take_caller(pair, bytes); });
  if (!alive) return end(pair);
  if ((events & EPOLLOUT) || pair.caller->has_unsent()) watch(pair, false, false);
  if (pair.upstream && pair.upstream->has_unsent()) watch(pair, true, false);
}

std::size_t Floor::take_caller(Pair& pair, std::span<char> bytes) {
  if (pair.caller_phase == Phase::upgrading) {
    const auto header = header_block_bytes({bytes.data(), bytes.size()});
    if (header == 0) return 0;
    pair.caller->send(upgrade_response({bytes.data(), header}));
    pair.caller_phase = Phase::open;
    pair.upstream = std::make_unique<Socket>(connect_to(options_.upstream_port));
    watch(pair, true, true);
    return header;
  }
  if (pair.upstream_phase != Phase::open) return 0;  // kept until there is somebody to send it to
  pair.upstream->send({bytes.data(), bytes.size()});
  return bytes.size();
}

void Floor::on_upstream(Pair& pair, std::uint32_t events) {
  if ((events & EPOLLOUT) && !pair.asked_upstream) {
    pair.asked_upstream = true;
    pair.upstream->send(upgrade_request("127.0.0.1", "/v1/realtime?model=floor", "floor"));
  }
  const bool alive = (!(events & EPOLLOUT) || pair.upstream->flush()) &&
                     pair.upstream->receive([&](auto bytes) { return take_upstream(pair, bytes); });
  if (!alive) return end(pair);
  if ((events & EPOLLOUT) || pair.upstream->has_unsent()) watch(pair, true, false);
  if (pair.caller->has_unsent()) watch(pair, false, false);
}

std::size_t Floor::take_upstream(Pair& pair, std::span<char> bytes) {
  std::size_t used = 0;
  if (pair.upstream_phase == Phase::upgrading) {
    used = header_block_bytes({bytes.data(), bytes.size()});
    if (used == 0) return 0;
    pair.upstream_phase = Phase::open;
    pair.upstream->send(update_);
    bytes = bytes.subspan(used);
  }
  if (options_.answers_calls) return used + answer(pair, bytes);
  if (!bytes.empty()) pair.caller->send({bytes.data(), bytes.size()});
  return used + bytes.size();
}

std::size_t Floor::answer(Pair& pair, std::span<char> bytes) {
  std::size_t used = 0;
  while (const auto frame = take_frame(bytes.subspan(used))) {
    if (pair.starting_frames > 0) {
      --pair.starting_frames;
      pair.caller->send({bytes.data() + used, frame->total_bytes});
    } else if (++pair.frames == options_.call_frames) {
      pair.upstream->send(answer_);
      if (!to_caller_.empty()) pair.caller->send(to_caller_);
    }
    if (pair.frames == options_.call_frames + options_.farewell_frames) pair.frames = 0;
    used += frame->total_bytes;
  }
  return used;
}

void Floor::watch(Pair& pair, bool is_upstream, bool is_new) {
  auto& socket = is_upstream ? *pair.upstream : *pair.caller;
  const bool waits_to_write = socket.has_unsent() || (is_upstream && !pair.asked_upstream);
  epoll_event event{};
  event.events = EPOLLIN | (waits_to_write ? EPOLLOUT : 0U);
  event.data.u64 = reinterpret_cast<std::uint64_t>(&pair) | (is_upstream ? kUpstreamBit : 0);
  epoll_ctl(epoll_, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket.fd(), &event);
}

void Floor::end(Pair& pair) {
  pair.is_dead = true;
  pair.caller.reset();
  pair.upstream.reset();
  pairs_.erase(&pair);
  dead_.push_back(&pair);
}

}  // namespace callosum::bench
