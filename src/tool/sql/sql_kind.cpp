#include "tool/sql/sql_kind.hpp"

#include <map>
#include <mutex>
#include <utility>

#include "base/json.hpp"
#include "storage/database.hpp"
#include "tool/sql/full_text.hpp"
#include "tool/sql/pack_store.hpp"
#include "tool/sql/plan.hpp"
#include "tool/sql/tenant_shares.hpp"

namespace callosum::tool::sql {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using storage::sqlite::Connection;

constexpr auto kRankingTime = 80ms;  // of a search, for all but the question's meaning
constexpr auto kLookTime = 10s;

/// What a handler stands on; outlives it.
struct SqlGround {
  TenantShares& shares;
  storage::DiskWatch& disk;
  Meanings* meanings;  ///< null: there are none
};

std::vector<std::string> texts_of(const json::array& rows, const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& row : rows) out.push_back(text_of(row.get_object(), plan.rank.over));
  return out;
}

/// A search by meaning beside the words. Its query may outlive who asked.
struct Search {
  realtime::Meaning question;
  std::vector<UnknownText> unknown = {};
  bool is_ranked = false;
};

/// Rows of one tenant that will be searched.
struct Searched {
  std::string tenant_id;
  std::shared_ptr<const Plan> plan;
  json::object arguments;
};

using Unknown = std::vector<UnknownText>;

Result<Unknown> find_unknown(Connection& connection, const Meanings& meanings,
                             const Searched& rows) {
  Unknown unknown;
  const Rerank look = [&](Connection& c, const json::array& all, Ranks) -> Result<Ranks> {
    auto found = meanings.find_unknown(c, rows.tenant_id, texts_of(all, *rows.plan));
    if (!found) return found.error();
    unknown = std::move(*found);
    return Ranks{};
  };
  const auto looked = run_plan(connection, *rows.plan, rows.arguments, rows.tenant_id, look);
  if (!looked) return looked.error();
  return unknown;
}

/// Before the first search of them.
asio::awaitable<void> prepare(Meanings* meanings, std::shared_ptr<PackStore> store,
                              std::shared_ptr<const Searched> rows) {
  std::function<Result<Unknown>(Connection&)> query = [meanings, rows](Connection& connection) {
    return find_unknown(connection, *meanings, *rows);
  };
  const auto deadline = async::Deadline::after(meanings->time(), kLookTime);
  auto pending = store->readers()->run<Unknown>(deadline, std::move(query), {rows->tenant_id});
  auto unknown = co_await std::move(pending);
  // One that fails is made up for by the first search.
  if (unknown) meanings->want(rows->tenant_id, std::move(*unknown));
}

class SqlHandler final : public ToolHandler {
 public:
  SqlHandler(std::shared_ptr<PackStore> store, const SqlGround& ground,
             const registry::ToolSpec& tool, Plans plans)
      : store_(std::move(store)), ground_(ground), id_(tool.id), plans_(std::move(plans)) {
    for (const auto& [argument, source] : tool.bind) {
      if (source == "session.tenant_id") tenant_arguments_.push_back(argument);
    }
  }

  asio::awaitable<Result<ToolOutput>> run(const Invocation& invocation,
                                          async::Deadline deadline) override {
    const auto& tenant = invocation.context.tenant_id;
    if (tenant.empty()) co_return fail(ErrorType::forbidden, "no business is selected");
    const auto place = ground_.shares.take(tenant);
    if (!place) co_return fail(ErrorType::rate_limit, "too many look-ups at once, try again");

    const auto plan = plans_.find(invocation.arguments);
    if (!plan)
      co_return fail(ErrorType::validation, plans_.by + ": nothing is done for that value");

    std::shared_ptr<Search> search;
    const bool is_by_meaning = ground_.meanings && !plan->rank.by.empty();
    if (is_by_meaning) {
      auto asking =
          begin_search(std::string(text_at(invocation.arguments, plan->rank.by)), deadline);
      search = co_await std::move(asking);
    }
    // The query may outlive this frame by its last moments, so it owns all it uses.
    std::function<Result<json::value>(Connection&)> query =
        [plan, tenant, arguments = json::object(invocation.arguments, {}),
         recorder = invocation.recorder,
         rerank = rerank_of(search, plan, tenant)](Connection& connection) {
          if (!recorder) return run_plan(connection, *plan, arguments, tenant, rerank);
          return run_recorded(connection, *recorder,
                              [&] { return run_plan(connection, *plan, arguments, tenant); });
        };
    auto pending =
        plan->is_write
            ? store_->writer()->run_transaction<json::value>(deadline, std::move(query), {tenant})
            : store_->readers()->run<json::value>(deadline, std::move(query), {tenant});
    auto result = co_await std::move(pending);
    if (!result && plan->is_write) ground_.disk.note(result.error());
    if (!result) co_return result.error();
    ToolOutput output;
    output.is_whole = !is_by_meaning || (search && search->is_ranked && search->unknown.empty());
    if (search) ground_.meanings->want(tenant, std::move(search->unknown));
    output.data = std::move(*result);
    co_return output;
  }

  bool records_within() const override { return plans_.may_write(); }

  void on_data_changed(const std::string& tenant_id) override {
    if (!ground_.meanings) return;
    json::object arguments;
    for (const auto& argument : tenant_arguments_) arguments[argument] = tenant_id;
    for (const auto& [value, plan] : plans_.cases) {
      if (plan->rank.by.empty()) continue;
      const auto rows = std::make_shared<const Searched>(Searched{tenant_id, plan, arguments});
      ground_.meanings->look_soon(tenant_id + "\n" + id_ + "\n" + value,
                                  [meanings = ground_.meanings, store = store_, rows] {
                                    return prepare(meanings, store, rows);
                                  });
    }
  }

 private:
  /// Null: by words alone, for there are none, or nobody says in time what they mean.
  asio::awaitable<std::shared_ptr<Search>> begin_search(std::string question,
                                                        async::Deadline deadline) {
    std::shared_ptr<Search> search;
    if (match_expression(question).empty()) co_return search;
    const auto for_the_rest = std::max<std::chrono::nanoseconds>(kRankingTime, deadline.left() / 2);
    const auto soon = deadline.sooner(deadline.at() - for_the_rest);
    auto asking = ground_.meanings->of_question(std::move(question), soon);
    auto meaning = co_await std::move(asking);
    if (meaning) search = std::make_shared<Search>(Search{std::move(*meaning)});
    co_return search;
  }

  /// Empty without a search.
  Rerank rerank_of(std::shared_ptr<Search> search, std::shared_ptr<const Plan> plan,
                   const std::string& tenant_id) const {
    if (!search) return {};
    return [meanings = ground_.meanings, search = std::move(search), plan = std::move(plan),
            tenant_id](Connection& connection, const json::array& rows,
                       Ranks by_words) -> Result<Ranks> {
      const auto near = meanings->rank(connection, tenant_id, texts_of(rows, *plan),
                                       search->question, search->unknown);
      search->is_ranked = near.has_value();
      return near ? fuse_ranks(by_words, *near) : by_words;
    };
  }

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
  const SqlGround ground_;
  const std::string id_;
  const Plans plans_;
  std::vector<std::string> tenant_arguments_;  // that the gateway fills in with the tenant's id
};

class SqlKind final : public ToolKind {
 public:
  SqlKind(storage::Database& database, const SqlOptions& options,
          std::unique_ptr<Meanings> meanings)
      : database_(database),
        options_(options),
        shares_(options.max_per_tenant),
        meanings_(std::move(meanings)),
        readers_(options.readers, options.max_queued),
        writer_(1, options.max_queued) {}

  ~SqlKind() override { stop(); }

  void stop() override {
    if (meanings_) meanings_->stop();  // what it looks at goes with this
    readers_.stop();
    writer_.stop();
  }

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
    const SqlGround ground{shares_, database_.disk(), meanings_.get()};
    return std::unique_ptr<ToolHandler>(
        std::make_unique<SqlHandler>(*store, ground, tool, std::move(*plans)));
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
  const std::unique_ptr<Meanings> meanings_;  // queries use it to their end
  std::mutex mutex_;
  std::map<Key, std::weak_ptr<PackStore>> stores_;  ///< handlers own them
  // Last, so that the threads end first.
  async::BlockingPool readers_;
  async::BlockingPool writer_;
};

}  // namespace

std::unique_ptr<ToolKind> make_sql_kind(storage::Database& database, const SqlOptions& options,
                                        std::unique_ptr<Meanings> meanings) {
  return std::make_unique<SqlKind>(database, options, std::move(meanings));
}

}  // namespace callosum::tool::sql
