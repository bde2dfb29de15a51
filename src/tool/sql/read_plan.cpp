#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "tool/run_fields.hpp"
#include "tool/sql/plan.hpp"

namespace callosum::tool::sql {
namespace {

constexpr std::int64_t kMostRows = 500;

Error refuse(const std::string& why, const std::string& path = "run.") {
  return fail(ErrorType::validation, path + why);
}

bool names_type(const json::object& schema, std::string_view word) {
  const auto* type = schema.if_contains("type");
  if (type == nullptr) return false;
  if (const auto* one = type->if_string()) return *one == word;
  const auto* many = type->if_array();
  return many != nullptr &&
         std::any_of(many->begin(), many->end(), [word](const json::value& item) {
           return item.is_string() && item.get_string() == word;
         });
}

void read_columns(const json::object& row, Plan& plan) {
  const auto* properties = find_object(row, "properties");
  if (properties == nullptr) return;
  for (const auto& property : *properties) {
    const auto* schema = property.value().if_object();
    if (schema == nullptr || names_type(*schema, "string")) continue;
    if (names_type(*schema, "object") || names_type(*schema, "array")) {
      plan.json_columns.emplace(property.key());
    } else if (names_type(*schema, "boolean") && !names_type(*schema, "integer") &&
               !names_type(*schema, "number")) {
      plan.boolean_columns.emplace(property.key());
    }
  }
}

Result<ResultShape> read_shape(const json::object& config) {
  const auto word = text_at(config, "result");
  if (word == "one") return ResultShape::one;
  if (word == "many") return ResultShape::many;
  if (word == "value") return ResultShape::value;
  if (word == "affected") return ResultShape::affected;
  return refuse("result: expected one, many, value or affected");
}

Result<void> check_keys(const json::object& config) {
  const std::vector<std::string_view> known{"sql", "result", "max_rows", "then", "if_none", "rank"};
  for (const auto& member : config) {
    if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
    const auto nearest = find_nearest(member.key(), known);
    return refuse(std::string(member.key()) + ": unknown key" +
                  (nearest.empty() ? "; known are " + join({known.begin(), known.end()}, ", ")
                                   : "; did you mean " + std::string(nearest) + "?"));
  }
  return {};
}

Result<void> read_max_rows(const json::object& config, Plan& plan) {
  const auto* value = config.if_contains("max_rows");
  if (value == nullptr) return {};
  const bool is_good =
      value->is_int64() && value->get_int64() >= 1 && value->get_int64() <= kMostRows;
  if (!is_good || plan.shape != ResultShape::many) {
    return refuse("max_rows: expected a whole number from 1 to 500, with result: many");
  }
  plan.max_rows = static_cast<std::size_t>(value->get_int64());
  return {};
}

/// What follows a write of one row, or what is said where there is none.
Result<void> read_sequel(const json::object& config, Plan& plan) {
  const auto* then = config.if_contains("then");
  const auto* if_none = config.if_contains("if_none");
  const bool fits = plan.shape == ResultShape::one && plan.is_write;
  if ((then || if_none) && !fits) {
    return refuse((then ? "then" : "if_none") +
                  std::string(": expected only with result: one, of a tool whose access is write"));
  }
  if (if_none) {
    if (!if_none->is_string() || trim(if_none->get_string()).empty()) {
      return refuse("if_none: expected the sentence that a caller is told");
    }
    plan.if_none = if_none->get_string();
  }
  if (!then) return {};
  const auto* list = then->if_array();
  for (const auto& item : list ? *list : json::array{*then}) {
    if (!item.is_string() || trim(item.get_string()).empty()) {
      return refuse("then: expected SQL statements, one a text");
    }
    plan.then.emplace_back(item.get_string());
  }
  return {};
}

Result<void> read_ranking(const json::object& config, const json::object& input, Plan& plan) {
  if (!config.contains("rank")) return {};
  const auto* rank = find_object(config, "rank");
  const auto* over = rank ? find_array(*rank, "over") : nullptr;
  if (!over || over->empty() || rank->size() != 2 || plan.shape != ResultShape::many) {
    return refuse("rank: expected {by: ARGUMENT, over: [COLUMN, …]}, with result: many");
  }
  plan.rank.by = text_at(*rank, "by");
  const auto* properties = find_object(input, "properties");
  if (!properties || !properties->contains(plan.rank.by)) {
    return refuse("rank.by: expected an argument of this tool");
  }
  for (const auto& column : *over) {
    if (!column.is_string()) return refuse("rank.over: expected names of columns");
    plan.rank.over.emplace_back(column.get_string());
  }
  return {};
}

}  // namespace

const json::object* row_schema(const json::object& output, ResultShape shape) {
  if (shape == ResultShape::one) return &output;
  if (shape != ResultShape::many) return nullptr;
  const auto* properties = find_object(output, "properties");
  const auto* items = properties == nullptr ? nullptr : find_object(*properties, "items");
  return items == nullptr ? nullptr : find_object(*items, "items");
}

namespace {

/// `path` is where the map stands: "run.".
Result<Plan> read_plan(const registry::ToolSpec& tool, const json::object& config, bool is_write,
                       const std::string& path) {
  const auto placed = [&path](const Error& error) {
    return fail(ErrorType::validation,
                path + error.message.substr(std::string_view("run.").size()));
  };
  const auto keys = check_keys(config);
  if (!keys) return placed(keys.error());
  const auto* sql = find_string(config, "sql");
  if (sql == nullptr || trim(*sql).empty()) {
    return refuse("sql: expected one SQL statement", path);
  }
  const auto shape = read_shape(config);
  if (!shape) return placed(shape.error());

  Plan plan;
  plan.field = path + "sql";
  plan.sql = *sql;
  plan.shape = *shape;
  plan.is_write = is_write;
  if (plan.shape == ResultShape::affected && !plan.is_write) {
    return refuse("result: affected is for tools whose access is write", path);
  }
  const auto rows = read_max_rows(config, plan);
  if (!rows) return placed(rows.error());
  const auto sequel = read_sequel(config, plan);
  if (!sequel) return placed(sequel.error());
  const auto ranking = read_ranking(config, tool.input_schema, plan);
  if (!ranking) return placed(ranking.error());
  const auto* row = row_schema(tool.output_schema, plan.shape);
  if (row != nullptr) read_columns(*row, plan);
  return plan;
}

Result<Plans> read_cases(const registry::ToolSpec& tool, const json::object& config) {
  const auto found = find_run(tool, "sql");
  if (!found) return found.error();
  RunFields fields(*find_object(config, "sql"), "run.sql");
  const auto list = read_case_list(tool, fields);
  if (!list) return list.error();
  const auto finished = fields.finish();
  if (!finished) return finished.error();
  Plans plans;
  plans.by = list->by;
  for (const auto& [value, written] : list->cases) {
    auto plan =
        read_plan(tool, *written, may_write(tool, plans.by, value), "run.sql.cases." + value + ".");
    if (!plan) return plan.error();
    plans.cases.emplace(value, std::make_shared<const Plan>(std::move(*plan)));
  }
  return plans;
}

}  // namespace

Result<Plans> read_plans(const registry::ToolSpec& tool) {
  const auto* config = tool.run.config.if_object();
  if (config == nullptr) return fail(ErrorType::validation, "run: expected sql and result");
  if (find_object(*config, "sql") != nullptr) return read_cases(tool, *config);
  auto plan = read_plan(tool, *config, tool.is_write(), "run.");
  if (!plan) return plan.error();
  Plans plans;
  plans.cases.emplace("", std::make_shared<const Plan>(std::move(*plan)));
  return plans;
}

std::shared_ptr<const Plan> Plans::find(const json::object& arguments) const {
  const auto found = cases.find(by.empty() ? std::string_view() : text_at(arguments, by));
  return found == cases.end() ? nullptr : found->second;
}

bool Plans::may_write() const {
  return std::any_of(cases.begin(), cases.end(),
                     [](const auto& one) { return one.second->is_write; });
}

}  // namespace callosum::tool::sql
