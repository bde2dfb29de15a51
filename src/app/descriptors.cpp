#include "app/descriptors.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <sys/resource.h>

namespace callosum::app {
namespace {

constexpr std::size_t kUsuallyInUse = 64;   // where the system does not tell
constexpr std::size_t kNoLimit = 1u << 24;  // more than any kernel gives one process

std::size_t count_open() {
  std::error_code error;
  std::size_t count = 0;
  std::filesystem::directory_iterator at("/proc/self/fd", error);
  if (error) return kUsuallyInUse;
  for (const std::filesystem::directory_iterator end; at != end; at.increment(error)) ++count;
  return count;
}

}  // namespace

Descriptors count_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = RLIM_INFINITY;
  return {static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, kNoLimit)), count_open()};
}

Result<DescriptorShares> share_descriptors(const Descriptors& descriptors, std::size_t wanted) {
  DescriptorShares shares;
  shares.reserve = std::max<std::size_t>(16, descriptors.limit / 16);
  const std::size_t spoken_for = descriptors.in_use + shares.reserve;
  const std::size_t left = descriptors.limit - std::min(descriptors.limit, spoken_for);
  // Probes, tools and short-lived secrets are asked for while every session is taken, too.
  const std::size_t for_requests = std::max<std::size_t>(8, left / 16);
  const std::size_t room = (left - std::min(left, for_requests)) / 2;
  if (room == 0) {
    return fail(ErrorType::validation,
                "the limit of open files, " + std::to_string(descriptors.limit) +
                    ", leaves no room for a session: " + std::to_string(descriptors.in_use) +
                    " are needed for the gateway itself; raise it with: ulimit -n 1024");
  }
  shares.sessions = wanted > 0 ? std::min(wanted, room) : room;
  shares.connections = left - shares.sessions;
  return shares;
}

}  // namespace callosum::app
