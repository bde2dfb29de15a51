#pragma once

#include <cstdint>
#include <span>

namespace callosum {

/// Where ids, keys and jitter come from; a test seeds its own.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
  std::uint64_t next_u64();
};

/// The kernel's generator. Thread-safe. Buffers nothing.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

/// Repeatable from its seed (splitmix64). For tests and demo data; never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace callosum
