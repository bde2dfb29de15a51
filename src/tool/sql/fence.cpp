#include "tool/sql/fence.hpp"

#include <algorithm>
#include <array>

#include "base/random.hpp"
#include "base/text.hpp"
#include "tool/sql/local_time.hpp"

namespace callosum::tool::sql {
namespace {

using storage::sqlite::AccessRequest;
using storage::sqlite::Action;
using storage::sqlite::Connection;

constexpr std::array kModules{"json_each", "json_tree"};

// Functions of no effect and bounded cost. Sorted.
constexpr auto kFunctions = std::to_array<std::string_view>({"->",
                                                             "->>",
                                                             "abs",
                                                             "avg",
                                                             "char",
                                                             "coalesce",
                                                             "count",
                                                             "cume_dist",
                                                             "current_date",
                                                             "current_tenant",
                                                             "current_tenant_timezone",
                                                             "current_time",
                                                             "current_timestamp",
                                                             "date",
                                                             "datetime",
                                                             "dense_rank",
                                                             "first_value",
                                                             "format",
                                                             "glob",
                                                             "group_concat",
                                                             "hex",
                                                             "ifnull",
                                                             "iif",
                                                             "instr",
                                                             "json",
                                                             "json_array",
                                                             "json_array_length",
                                                             "json_extract",
                                                             "json_group_array",
                                                             "json_group_object",
                                                             "json_insert",
                                                             "json_object",
                                                             "json_patch",
                                                             "json_quote",
                                                             "json_remove",
                                                             "json_replace",
                                                             "json_set",
                                                             "json_type",
                                                             "json_valid",
                                                             "julianday",
                                                             "lag",
                                                             "last_value",
                                                             "lead",
                                                             "length",
                                                             "like",
                                                             "local_time",
                                                             "lower",
                                                             "ltrim",
                                                             "max",
                                                             "min",
                                                             "nth_value",
                                                             "ntile",
                                                             "nullif",
                                                             "percent_rank",
                                                             "printf",
                                                             "quote",
                                                             "random_digits",
                                                             "rank",
                                                             "replace",
                                                             "round",
                                                             "row_number",
                                                             "rtrim",
                                                             "sign",
                                                             "strftime",
                                                             "substr",
                                                             "substring",
                                                             "sum",
                                                             "time",
                                                             "total",
                                                             "trim",
                                                             "typeof",
                                                             "unicode",
                                                             "unixepoch",
                                                             "upper"});
static_assert(std::is_sorted(kFunctions.begin(), kFunctions.end()));

bool is_allowed_function(std::string_view name) {
  const auto folded = to_lower_ascii(name);
  return std::binary_search(kFunctions.begin(), kFunctions.end(), std::string_view(folded));
}

/// A number of so many digits that can be said, for what is known by it. The first is no zero.
Result<json::value> random_digits(const json::value& count) {
  constexpr std::int64_t kMost = 18;
  const auto digits = count.is_int64() ? count.get_int64() : 0;
  if (digits < 1 || digits > kMost) return fail(ErrorType::validation, "random_digits: 1 to 18");
  SystemRandom random;
  std::string text;
  for (std::int64_t i = 0; i < digits; ++i) {
    const auto of = i == 0 ? 9U : 10U;
    text += static_cast<char>('0' + (i == 0 ? 1U : 0U) + random.next_u64() % of);
  }
  return json::value(text);
}

bool is_module(std::string_view name) {
  return std::find(kModules.begin(), kModules.end(), name) != kModules.end();
}

}  // namespace

Fence::Fence(Connection& connection, const FenceSpec& spec)
    : connection_(connection), spec_(spec) {}

Fence& Fence::of(Connection& connection) { return static_cast<Fence&>(*connection.attachment()); }

Result<void> Fence::install(Connection& connection, const FenceSpec& spec) {
  std::unique_ptr<Fence> owned(new Fence(connection, spec));
  auto& fence = *owned;
  connection.attach(std::move(owned));
  const auto read = fence.read_tables();
  if (!read) return read.error();
  const auto added = fence.add_functions();
  if (!added) return added.error();
  const auto made = fence.make_objects();
  if (!made) return made.error();
  connection.set_authorizer(
      [&fence](const AccessRequest& request) { return fence.allows(request); });
  return {};
}

Result<void> Fence::read_tables() {
  const auto known = connection_.query("SELECT lower(name) AS name FROM main.sqlite_schema");
  if (!known) return known.error();
  for (const auto& row : *known) {
    known_tables_.emplace(row.as_object().at("name").as_string());
  }
  for (const auto& [table, column] : spec_.tenant_columns) {
    auto fenced = read_fenced_table(connection_, table, column, spec_.secret);
    if (!fenced) return fenced.error();
    tables_.push_back(std::move(*fenced));
  }
  return {};
}

Result<void> Fence::make_objects() {
  const auto kept = connection_.keep_only_modules(kModules);
  if (!kept) return kept.error();
  for (const auto& table : tables_) {
    auto made = connection_.execute(table.secret_view_sql());
    if (made) made = connection_.execute(table.public_view_sql());
    if (!made) return made.error();
    if (!spec_.is_writable || !table.has_key()) continue;
    for (const auto kind : {WriteKind::insert, WriteKind::update, WriteKind::remove}) {
      made = connection_.execute(table.trigger_sql(kind));
      if (!made) return made.error();
    }
  }
  // After the views: it forbids temporary objects too.
  return spec_.is_writable ? Result<void>{} : connection_.execute("PRAGMA query_only=ON");
}

Result<void> Fence::add_functions() {
  auto added = connection_.add_function(
      "current_tenant", {.arguments = 0, .is_deterministic = true},
      [this](std::span<const json::value>) -> Result<json::value> { return current_tenant(); });
  if (!added) return added;
  added = connection_.add_function(
      "current_tenant_timezone", {.arguments = 0, .is_deterministic = true},
      [this](std::span<const json::value>) { return current_timezone(); });
  if (!added) return added;
  added = connection_.add_function(
      "local_time", {.arguments = 2, .is_deterministic = true},
      [](std::span<const json::value> values) { return local_time(values[0], values[1]); });
  if (added) {
    added = connection_.add_function(
        "random_digits", {.arguments = 1, .is_deterministic = false},
        [](std::span<const json::value> values) { return random_digits(values[0]); });
  }
  if (!added || !spec_.is_writable) return added;
  return add_write_functions();
}

json::value Fence::current_tenant() const {
  return tenant_.empty() ? json::value(nullptr) : json::value(tenant_);
}

Result<json::value> Fence::current_timezone() {
  const Connection::Trusted trusted(connection_);
  auto statement = connection_.prepare("SELECT timezone FROM main.tenants WHERE id = ?");
  if (!statement) return statement.error();
  const auto bound = statement->bind(1, current_tenant());
  if (!bound) return bound.error();
  const auto stepped = statement->step();
  if (!stepped) return stepped.error();
  if (!*stepped) return json::value("UTC");
  return statement->column(0);
}

bool Fence::allows(const AccessRequest& request) {
  bool is_allowed = false;
  switch (request.action) {
    case Action::select:
    case Action::recursive:
      is_allowed = true;
      break;
    case Action::read:
      is_allowed = may_read(request);
      break;
    case Action::function:
      is_allowed = may_call(request);
      break;
    case Action::insert:
    case Action::update:
    case Action::remove:
      is_allowed = may_write(request);
      break;
    default:
      break;
  }
  if (!is_allowed && refusal_.empty()) refusal_ = describe(request);
  return is_allowed;
}

bool Fence::is_view(std::string_view name) const {
  const auto folded = to_lower_ascii(name);
  return std::any_of(tables_.begin(), tables_.end(), [&](const FencedTable& table) {
    return folded == to_lower_ascii(table.name) || folded == to_lower_ascii(table.secret_view);
  });
}

bool Fence::may_read(const AccessRequest& request) const {
  if (request.database == "temp") return is_view(request.table);
  if (request.database == "main") {
    if (is_module(request.table)) return !known_tables_.contains(request.table);
    return std::any_of(tables_.begin(), tables_.end(), [&](const FencedTable& table) {
      return request.inside == table.secret_view && request.table == table.name;
    });
  }
  // Rows are counted but no column is read, and SQLite does not say of which database: one of the
  // views (their names hide the tables), or a common table expression, but no table and nothing of
  // SQLite's own.
  if (!request.database.empty() || !request.column.empty()) return false;
  const auto folded = to_lower_ascii(request.table);
  if (is_view(folded) || is_module(folded)) return true;
  return !known_tables_.contains(folded) && !folded.starts_with("sqlite_") &&
         !folded.starts_with("pragma_");
}

bool Fence::may_call(const AccessRequest& request) const {
  if (is_allowed_function(request.function)) return true;
  for (const auto kind : {WriteKind::insert, WriteKind::update, WriteKind::remove}) {
    if (request.function != write_function(kind)) continue;
    return std::any_of(tables_.begin(), tables_.end(), [&](const FencedTable& table) {
      return request.inside == table.trigger(kind);
    });
  }
  return false;
}

bool Fence::may_write(const AccessRequest& request) const {
  // What a view's trigger does, the fence's own statements do; so nothing but a view is ever
  // written here.
  return spec_.is_writable && request.database == "temp" && is_view(request.table);
}

}  // namespace callosum::tool::sql
