#include "app/caller_limits.hpp"

#include <algorithm>

#include "app/descriptors.hpp"

namespace callosum::app {
namespace {

constexpr std::size_t kUsualPerAddress = 256;
constexpr std::size_t kOpenPerThread = 5;  // an event loop's three and two listeners

net::AdmissionLimits admission_limits(const config::Config& config, const DescriptorShares& shares,
                                      std::size_t threads) {
  net::AdmissionLimits limits;
  limits.connections = shares.connections;
  limits.refusals = shares.reserve / 4;
  limits.handshakes = std::max<std::size_t>(16, shares.connections / 4 / threads);
  const auto per_address = config.connections_per_address;
  limits.counts_neighbours = per_address > 0;
  limits.per_address = per_address < 0 ? kUsualPerAddress : static_cast<std::size_t>(per_address);
  return limits;
}

}  // namespace

Result<void> check_open_files(std::size_t threads) {
  auto descriptors = count_descriptors();
  descriptors.in_use += threads * kOpenPerThread;
  const auto shares = share_descriptors(descriptors, 0);
  if (!shares) return shares.error();
  return {};
}

Result<void> limit_callers(Parts& parts, std::size_t threads) {
  const auto descriptors = count_descriptors();
  const auto wanted = static_cast<std::size_t>(parts.config.max_sessions);
  const auto shares = share_descriptors(descriptors, wanted);
  if (!shares) return shares.error();

  parts.slots.limit(shares->sessions);
  parts.admission->limit(admission_limits(parts.config, *shares, threads));
  parts.admission->on_refusal(
      [&metrics = parts.metrics](std::string_view why) { metrics.connections_refused(why).add(); });
  parts.log->info("limits", {{"open_files", descriptors.limit},
                             {"sessions", shares->sessions},
                             {"connections", shares->connections}});
  if (wanted > shares->sessions) {
    parts.log->warn("limits_sessions_unreachable",
                    {{"wanted", wanted},
                     {"sessions", shares->sessions},
                     {"advice", "raise the limit of open files: ulimit -n, LimitNOFILE"}});
  }
  return {};
}

}  // namespace callosum::app
