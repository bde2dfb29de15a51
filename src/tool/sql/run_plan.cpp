#include "base/json.hpp"
#include "tool/sql/fence.hpp"
#include "tool/sql/full_text.hpp"
#include "tool/sql/plan.hpp"

namespace callosum::tool::sql {
namespace {

using storage::sqlite::Connection;
using storage::sqlite::Statement;

// Far above what any caller is given (the executor caps that); keeps one query from filling the
// memory.
constexpr std::size_t kMaxResultBytes = 1 << 20;
// Of a business's own words, whose best are wanted.
constexpr std::size_t kMostRanked = 5000;
constexpr std::size_t kMostRankedBytes = 8 << 20;

/// The tenant is set for exactly one run.
class Run {
 public:
  Run(Connection& connection, const std::string& tenant_id) : fence_(Fence::of(connection)) {
    fence_.enter(tenant_id);
    fence_.take_changed_rows();
  }
  ~Run() { fence_.leave(); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  std::int64_t changed_rows() { return fence_.take_changed_rows(); }

 private:
  Fence& fence_;
};

/// A statement is bound from here to the end of the scope.
class Bound {
 public:
  explicit Bound(Statement& statement) : statement_(statement) { statement_.reset(); }
  ~Bound() { statement_.reset(); }
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;

 private:
  Statement& statement_;
};

Result<void> convert(json::object& row, const Plan& plan) {
  for (auto& member : row) {
    auto& value = member.value();
    const std::string_view column = member.key();
    if (value.is_string() && plan.json_columns.contains(column)) {
      auto parsed = parse_strict(value.get_string());
      if (!parsed) {
        return fail(ErrorType::invalid_output, "the data could not be read",
                    std::string(column) + ": " + parsed.error().message);
      }
      value = std::move(*parsed);
    } else if (value.is_int64() && plan.boolean_columns.contains(column)) {
      value = value.get_int64() != 0;
    }
  }
  return {};
}

std::size_t bytes_of(const Statement& statement, const json::object& row) {
  std::size_t bytes = static_cast<std::size_t>(statement.column_count()) * 16;
  for (const auto& member : row) {
    if (const auto* text = member.value().if_string()) bytes += text->size();
  }
  return bytes;
}

Result<json::value> read_one(Statement& statement, const Plan& plan) {
  const auto stepped = statement.step();
  if (!stepped) return stepped.error();
  if (!*stepped) return json::value(nullptr);
  auto row = statement.row();
  if (!row) return row.error();
  const auto converted = convert(*row, plan);
  if (!converted) return converted.error();
  return json::value(std::move(*row));
}

Result<json::value> read_value(Statement& statement) {
  const auto stepped = statement.step();
  if (!stepped) return stepped.error();
  json::object out;
  if (!*stepped) {
    out["value"] = nullptr;
    return json::value(std::move(out));
  }
  auto value = statement.column(0);
  if (!value) return value.error();
  out["value"] = std::move(*value);
  return json::value(std::move(out));
}

/// What a run is about.
struct Work {
  Connection& connection;
  const Plan& plan;
  const json::object& arguments;
  const Rerank& rerank;
};

/// All rows that may be ranked, and of those the best.
Result<json::value> ranked(json::array rows, const Work& work) {
  const auto& plan = work.plan;
  auto best = rank_by_words(rows, plan.rank.over, text_at(work.arguments, plan.rank.by));
  if (best && work.rerank) best = work.rerank(work.connection, rows, std::move(*best));
  if (!best) return best.error();
  json::array items;
  for (const auto at : *best) {
    if (items.size() < plan.max_rows) items.push_back(std::move(rows[at]));
  }
  const bool is_truncated = best->size() > items.size();
  json::object out{{"items", std::move(items)}, {"count", best->size()}};
  if (is_truncated) out["truncated"] = true;
  return json::value(std::move(out));
}

Result<json::value> read_many(Statement& statement, const Work& work) {
  const auto& plan = work.plan;
  const bool is_ranked = !plan.rank.by.empty();
  const auto most = is_ranked ? kMostRanked : plan.max_rows;
  const auto most_bytes = is_ranked ? kMostRankedBytes : kMaxResultBytes;
  json::array items;
  std::int64_t count = 0;
  std::size_t bytes = 0;
  while (true) {
    const auto stepped = statement.step();
    if (!stepped) return stepped.error();
    if (!*stepped) break;
    ++count;
    if (items.size() >= most) continue;  // the rest is only counted
    auto row = statement.row();
    if (!row) return row.error();
    bytes += bytes_of(statement, *row);
    if (bytes > most_bytes) {
      return fail(ErrorType::output_too_large, "the answer is too large");
    }
    const auto converted = convert(*row, plan);
    if (!converted) return converted.error();
    items.emplace_back(std::move(*row));
  }
  if (is_ranked) return ranked(std::move(items), work);
  const bool is_truncated = count > static_cast<std::int64_t>(items.size());
  json::object out{{"items", std::move(items)}, {"count", count}};
  if (is_truncated) out["truncated"] = true;
  return json::value(std::move(out));
}

/// To its end: a write's effects all come before its first row, but an unread statement is never
/// finished.
Result<json::value> read_affected(Statement& statement, Run& run) {
  while (true) {
    const auto stepped = statement.step();
    if (!stepped) return stepped.error();
    if (!*stepped) break;
  }
  return json::value(json::object{{"affected", run.changed_rows()}});
}

Result<json::value> run_first(const Work& work, Run& run) {
  const auto& plan = work.plan;
  const auto prepared = work.connection.prepare_cached(plan.sql);
  if (!prepared) return prepared.error();
  auto& statement = **prepared;
  const Bound scope(statement);
  const auto bound = statement.bind_named(work.arguments);
  if (!bound) return bound.error();
  switch (plan.shape) {
    case ResultShape::one:
      return read_one(statement, plan);
    case ResultShape::value:
      return read_value(statement);
    case ResultShape::affected:
      return read_affected(statement, run);
    case ResultShape::many:
      break;
  }
  return read_many(statement, work);
}

/// What goes with the row that has been written. An error takes that back too.
Result<void> run_then(Connection& connection, const Plan& plan, const json::object& arguments,
                      const json::object& row) {
  json::object known(arguments);
  for (const auto& [name, value] : row) known["result_" + std::string(name)] = value;
  for (const auto& sql : plan.then) {
    const auto prepared = connection.prepare_cached(sql);
    if (!prepared) return prepared.error();
    auto& statement = **prepared;
    const Bound scope(statement);
    const auto bound = statement.bind_named(known);
    if (!bound) return bound.error();
    const auto stepped = statement.step();
    if (!stepped) return stepped.error();
  }
  return {};
}

Error none_there(const std::string& words) {
  auto error = fail(ErrorType::conflict, words);
  error.say = words;
  return error;
}

}  // namespace

Result<json::value> run_plan(Connection& connection, const Plan& plan,
                             const json::object& arguments, const std::string& tenant_id,
                             const Rerank& rerank) {
  Run run(connection, tenant_id);
  auto result = run_first({connection, plan, arguments, rerank}, run);
  if (!result) return result;
  if (result->is_null() && !plan.if_none.empty()) return none_there(plan.if_none);
  if (plan.then.empty() || !result->is_object()) return result;
  const auto done = run_then(connection, plan, arguments, result->get_object());
  if (!done) return done.error();
  return result;
}

}  // namespace callosum::tool::sql
