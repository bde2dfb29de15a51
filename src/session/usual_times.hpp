#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace callosum::session {

/// How long the calls of each tool usually take, for each tenant: the latest ones, in memory alone.
/// Shared by all threads.
class UsualTimes {
 public:
  using Span = std::chrono::milliseconds;
  static constexpr std::size_t kLatest = 64;    ///< calls that are remembered of a tool
  static constexpr std::size_t kLeast = 8;      ///< before that nothing is usual
  static constexpr std::size_t kMost = 20'000;  ///< tools of tenants; beyond it the first goes

  struct Usual {
    Span p50{0}, p95{0};
  };

  void note(std::string_view tenant_id, std::string_view tool, Span took);
  /// Nothing while too few calls are known.
  std::optional<Usual> find(std::string_view tenant_id, std::string_view tool) const;

 private:
  struct Calls {
    std::array<std::uint32_t, kLatest> took{};  // ms, the oldest is written over
    std::size_t count = 0;                      // ever
  };
  static std::string key_of(std::string_view tenant_id, std::string_view tool);

  mutable std::mutex mutex_;
  std::map<std::string, Calls, std::less<>> calls_;
};

/// When a caller who waits for this tool hears its filler: once the call takes longer than this
/// tool's usually do, and after `most` in any case; 0: never. No sooner than a tenth of a second.
std::chrono::milliseconds filler_time(std::chrono::milliseconds most,
                                      const std::optional<UsualTimes::Usual>& usual);

}  // namespace callosum::session
