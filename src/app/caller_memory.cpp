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

}  // namespace

bool may_be_remembered(const api::auth::Principal& principal) {
  return principal.kind == api::auth::CredentialKind::jwt && !principal.subject.empty() &&
         principal.assurance != registry::Assurance::none;
}

asio::awaitable<Result<std::vector<std::string>>> recall(storage::Database& database,
                                                         std::string tenant_id, std::string subject,
                                                         async::Deadline deadline) {
  using Visits = std::vector<storage::PastVisit>;
  std::function<Result<Visits>(storage::sqlite::Connection&)> query =
      [tenant_id = std::move(tenant_id),
       subject = std::move(subject)](storage::sqlite::Connection& connection) {
        return storage::list_past_visits(connection, tenant_id, subject, kMost);
      };
  auto reading = database.read<Visits>(deadline, std::move(query));
  const auto visits = co_await std::move(reading);
  if (!visits) co_return visits.error();
  std::vector<std::string> out;
  for (const auto& visit : *visits) out.push_back(told(visit));
  std::reverse(out.begin(), out.end());
  co_return out;
}

}  // namespace callosum::app
