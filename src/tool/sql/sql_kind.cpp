#include "tool/sql/sql_kind.hpp"

#include <map>
#include <mutex>
#include <utility>

#include "storage/database.hpp"
#include "tool/sql/pack_store.hpp"
#include "tool/sql/plan.hpp"
#include "tool/sql/tenant_shares.hpp"

namespace callosum::tool::sql {
namespace {

namespace asio = boost::asio;
using storage::sqlite::Connection;

class SqlHandler final : public ToolHandler {
 public:
  SqlHandler(std::shared_ptr<PackStore> store, TenantShares& shares, storage::DiskWatch& disk,
             Plans plans)
      : store_(std::move(store)), shares_(shares), disk_(disk), plans_(std::move(plans)) {}

  asio::awaitable<Result<ToolOutput>> run(const Invocation& invocation,
                                          async::Deadline deadline) override {
    const auto& tenant = invocation.context.tenant_id;
    if (tenant.empty()) co_return fail(ErrorType::forbidden, "no business is selected");
    const auto place = shares_.take(tenant);
    if (!place) co_return fail(ErrorType::rate_limit, "too many look-ups at once, try again");

    const auto plan = plans_.find(invocation.arguments);
    if (!plan)
      co_return fail(ErrorType::validation, plans_.by + ": nothing is done for that value");

    // The query may outlive this frame by its last moments, so it owns all it uses.
    std::function<Result<json::value>(Connection&)> query =
        [plan, tenant, arguments = json::object(invocation.arguments, {}),
         recorder = invocation.recorder](Connection& connection) {
          if (!recorder) return run_plan(connection, *plan, arguments, tenant);
          return run_recorded(connection, *recorder,
                              [&] { return run_plan(connection, *plan, arguments, tenant); });
        };
    auto pending = plan->is_write
                       ? store_->writer()->run_transaction<json::value>(deadline, std::move(query))
                       : store_->readers()->run<json::value>(deadline, std::move(query));
    auto result = co_await std::move(pending);
    if (!result && plan->is_write) disk_.note(result.error());
    if (!result) co_return result.error();
    ToolOutput output;
    output.data = std::move(*result);
    co_return output;
  }

  bool records_within() const override { return plans_.may_write(); }

 private:
  static Result<json::value> run_recorded(Connection& connection, Recorder& recorder,
                                          const std::function<Result<json::value>()>& run) {
    {
      const Connection::Trusted ours(connection);
      const auto begun = recorder.begin(connection);
      if (!begun) return begun.error();
    }
    auto result = run();
    if (!result) return result;
    const Connection::Trusted ours(connection);
    const auto ended = recorder.end(connection, *result);
    if (!ended) return ended.error();
    return result;
  }

  const std::shared_ptr<PackStore> store_;
  TenantShares& shares_;
  storage::DiskWatch& disk_;
  const Plans plans_;
};

class SqlKind final : public ToolKind {
 public:
  SqlKind(storage::Database& database, const SqlOptions& options)
      : database_(database),
        options_(options),
        shares_(options.max_per_tenant),
        readers_(options.readers, options.max_queued),
        writer_(1, options.max_queued) {}

  std::string_view name() const override { return "sql"; }

  Result<std::unique_ptr<ToolHandler>> make(const registry::ToolSpec& tool,
                                            const registry::Pack& pack) override {
    auto plans = read_plans(tool);
    if (!plans) return plans.error();
    const std::lock_guard lock(mutex_);
    const auto store = store_of(pack);
    if (!store) return store.error();
    for (const auto& [value, plan] : plans->cases) {
      const auto scratch = (*store)->scratch(plan->is_write);
      if (!scratch) return scratch.error();
      const auto checked = check_plan(**scratch, tool, *plan);
      if (!checked) return checked.error();
    }
    return std::unique_ptr<ToolHandler>(
        std::make_unique<SqlHandler>(*store, shares_, database_.disk(), std::move(*plans)));
  }

 private:
  struct Key {
    std::map<std::string, std::string> tenant_columns;
    std::int64_t schema_version;  ///< a fence is built for the tables as they were
    auto operator<=>(const Key&) const = default;
  };

  /// Packs that name the same tables share their connections.
  Result<std::shared_ptr<PackStore>> store_of(const registry::Pack& pack) {
    const auto& path = database_.options().path;
    const auto connection = Connection::open({.path = path});
    if (!connection) return connection.error();
    const auto version = (*connection)->query("PRAGMA schema_version");
    if (!version) return version.error();
    const Key key{pack.tenant_columns,
                  version->front().as_object().at("schema_version").as_int64()};
    auto& known = stores_[key];
    if (auto store = known.lock()) return store;
    auto opened =
        PackStore::open(path, pack.tenant_columns,
                        {.readers = readers_, .reader_count = options_.readers, .writer = writer_});
    if (!opened) return opened;
    known = *opened;
    database_.disk().renew_after_trouble((*opened)->readers());
    database_.disk().renew_after_trouble((*opened)->writer());
    return opened;
  }

  storage::Database& database_;
  const SqlOptions options_;
  TenantShares shares_;
  std::mutex mutex_;
  std::map<Key, std::weak_ptr<PackStore>> stores_;  ///< handlers own them
  // Last, so that the threads end first.
  async::BlockingPool readers_;
  async::BlockingPool writer_;
};

}  // namespace

std::unique_ptr<ToolKind> make_sql_kind(storage::Database& database, const SqlOptions& options) {
  return std::make_unique<SqlKind>(database, options);
}

}  // namespace callosum::tool::sql
