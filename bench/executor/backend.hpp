#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace callosum::bench {

/// The least that a backend can be: counts what is posted to it and answers with the count, on a
/// thread of its own. Loopback only.
class CountingBackend {
 public:
  CountingBackend();
  ~CountingBackend();
  CountingBackend(const CountingBackend&) = delete;
  CountingBackend& operator=(const CountingBackend&) = delete;

  std::uint16_t port() const { return port_; }
  std::uint64_t count() const { return count_; }

 private:
  void run();
  void answer(int connection);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> count_{0};
  std::atomic<bool> stops_{false};
  std::thread thread_;
};

}  // namespace callosum::bench
