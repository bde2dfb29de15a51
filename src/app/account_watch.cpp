#include "app/account_watch.hpp"

#include "storage/connected_accounts.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Accounts = std::vector<session::UsableAccount>;

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

void AccountWatch::on_accounts_changed(const std::string& tenant_id, const std::string& subject) {
  errands_.start("account", [this, person = Person(tenant_id, subject)] { return look(person); });
}

/// A look at somebody, however it ends.
struct AccountWatch::Turn {
  std::map<Person, bool>& looks;
  const Person& person;
  ~Turn() { looks.erase(person); }
};

/// One at a time for each person: of two that read side by side the older could come last.
asio::awaitable<void> AccountWatch::look(Person person) {
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

asio::awaitable<void> AccountWatch::look_once(Person person) {
  const auto& [tenant_id, subject] = person;
  const auto deadline = async::Deadline::after(time_, kTimeout);
  auto finding = find_usable_accounts(database_, tenant_id, subject, deadline);
  const auto found = co_await std::move(finding);
  if (!found) {
    // What a conversation still has of an account is refused by the account's own service.
    log_.error("accounts_not_read", {{"tenant_id", tenant_id}, {"message", found.error().message}});
    co_return;
  }
  book_.set_accounts(tenant_id, subject, *found);
}

}  // namespace callosum::app
