#include "app/caller_memory.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "storage/past_visits.hpp"

namespace callosum::app {

namespace asio = boost::asio;

namespace {

constexpr std::int64_t kMost = 3;

std::string told(const storage::PastVisit& visit) {
  const std::chrono::sys_time<std::chrono::milliseconds> when{
      std::chrono::milliseconds(visit.created_at_ms)};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(when));
  char day[32] = {};
  std::snprintf(day, sizeof day, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  const auto what = visit.done.empty() ? "nothing was changed" : "done: " + visit.done;
  return std::string(day) + " (" + visit.channel + "): " + what;
}

/// Whether it stands for one person, who is known to be on the line: a service's key stands for
/// many.
bool may_be_remembered(const api::auth::Principal& principal) {
  return principal.kind == api::auth::CredentialKind::jwt && !principal.subject.empty() &&
         principal.assurance != registry::Assurance::none;
}

}  // namespace

asio::awaitable<std::vector<std::string>> recall(Parts& parts, api::auth::Principal principal,
                                                 std::string tenant_id, async::Deadline deadline) {
  std::vector<std::string> out;
  if (!may_be_remembered(principal)) co_return out;
  using Visits = std::vector<storage::PastVisit>;
  std::function<Result<Visits>(storage::sqlite::Connection&)> query =
      [tenant_id, subject = principal.subject](storage::sqlite::Connection& connection) {
        return storage::list_past_visits(connection, tenant_id, subject, kMost);
      };
  auto reading = parts.database->read<Visits>(deadline, std::move(query), tenant_id);
  const auto visits = co_await std::move(reading);
  if (!visits) {  // a voice that remembers nothing is better than none
    parts.log->warn("memory_unavailable", {{"tenant_id", tenant_id},
                                           {"message", visits.error().message},
                                           {"detail", visits.error().detail}});
    co_return out;
  }
  for (const auto& visit : *visits) out.push_back(told(visit));
  std::reverse(out.begin(), out.end());
  co_return out;
}

}  // namespace callosum::app
