#include "app/user_watch.hpp"

#include "storage/connected_accounts.hpp"
#include "storage/user_modes.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Accounts = std::vector<session::UsableAccount>;
using Modes = std::optional<session::ToolNames>;

namespace {

constexpr auto kTimeout = 10s;

}  // namespace

asio::awaitable<Result<Accounts>> find_usable_accounts(storage::Database& database,
                                                       std::string tenant_id, std::string subject,
                                                       async::Deadline deadline) {
  std::function<Result<Accounts>(storage::sqlite::Connection&)> work =
      [tenant_id = std::move(tenant_id),
       subject = std::move(subject)](storage::sqlite::Connection& connection) -> Result<Accounts> {
    const auto rows = storage::list_accounts(connection, tenant_id, subject);
    if (!rows) return rows.error();
    Accounts usable;
    for (const auto& row : *rows) {
      if (row.state != storage::AccountState::connected) continue;
      usable.push_back({row.key.service, row.key.email});
    }
    return usable;
  };
  return database.read<Accounts>(deadline, std::move(work));
}

asio::awaitable<Result<Modes>> find_modes(storage::Database& database, std::string tenant_id,
                                          std::string subject, async::Deadline deadline) {
  std::function<Result<Modes>(storage::sqlite::Connection&)> work =
      [tenant_id = std::move(tenant_id),
       subject = std::move(subject)](storage::sqlite::Connection& connection) -> Result<Modes> {
    auto row = storage::find_user_modes(connection, tenant_id, subject);
    if (!row) return row.error();
    Modes modes;
    if (*row) modes.emplace((**row).begin(), (**row).end());
    return modes;
  };
  return database.read<Modes>(deadline, std::move(work));
}

void UserWatch::on_user_changed(const std::string& tenant_id, const std::string& subject) {
  errands_.start("user", [this, person = Person(tenant_id, subject)] { return look(person); });
}

/// A look at somebody, however it ends.
struct UserWatch::Turn {
  std::map<Person, bool>& looks;
  const Person& person;
  ~Turn() { looks.erase(person); }
};

/// One at a time for each person: of two that read side by side the older could come last.
asio::awaitable<void> UserWatch::look(Person person) {
  const bool is_under_way = looks_.contains(person);
  bool& is_wanted = looks_[person];
  is_wanted = true;
  if (is_under_way) co_return;
  const Turn turn{looks_, person};
  while (is_wanted) {
    is_wanted = false;
    auto looking = look_once(person);
    co_await std::move(looking);
  }
}

asio::awaitable<void> UserWatch::look_once(Person person) {
  auto looking = look_at_modes(person);
  auto looked = co_await std::move(looking);
  if (looked && minds_accounts_) {
    auto looking_on = look_at_accounts(person);
    looked = co_await std::move(looking_on);
  }
  if (looked) co_return;
  // What a conversation still has of an account is refused by the account's own service.
  log_.error("user_not_read", {{"tenant_id", person.first}, {"message", looked.error().message}});
}

asio::awaitable<Result<void>> UserWatch::look_at_modes(Person person) {
  const auto& [tenant_id, subject] = person;
  const auto deadline = async::Deadline::after(time_, kTimeout);
  auto finding = find_modes(database_, tenant_id, subject, deadline);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  book_.set_modes(tenant_id, subject, *found);
  co_return Result<void>{};
}

asio::awaitable<Result<void>> UserWatch::look_at_accounts(Person person) {
  const auto& [tenant_id, subject] = person;
  const auto deadline = async::Deadline::after(time_, kTimeout);
  auto finding = find_usable_accounts(database_, tenant_id, subject, deadline);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  book_.set_accounts(tenant_id, subject, *found);
  co_return Result<void>{};
}

}  // namespace callosum::app
