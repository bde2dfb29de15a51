#include "app/attack/attack_data.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::app {

using storage::sqlite::Connection;

namespace {

constexpr std::size_t kMostForeignKeys = 40;

std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

/// Columns by how much they tell.
int tells(const std::string& name) {
  constexpr std::string_view kWords[]{"body",    "content", "answer", "notes", "description",
                                      "summary", "subject", "title",  "name"};
  for (std::size_t i = 0; i < std::size(kWords); ++i) {
    if (name.find(kWords[i]) != std::string::npos) return static_cast<int>(std::size(kWords) - i);
  }
  return 0;
}

}  // namespace

Result<std::unique_ptr<AttackData>> AttackData::open(const std::filesystem::path& database,
                                                     const registry::Snapshot& snapshot,
                                                     const std::string& tenant) {
  auto connection = Connection::open({.path = database});
  if (!connection) return connection.error();
  // Rows are planted table by table, whatever they refer to.
  const auto free = (*connection)->execute("PRAGMA foreign_keys=OFF");
  if (!free) return free.error();
  std::unique_ptr<AttackData> data(new AttackData());
  data->connection_ = std::move(*connection);
  const auto read = data->read_tables(snapshot);
  if (!read) return read.error();
  const auto chosen = data->choose_victim(tenant);
  if (!chosen) return chosen.error();
  const auto found = data->find_phone(snapshot);
  if (!found) return found.error();
  return data;
}

Result<void> AttackData::read_tables(const registry::Snapshot& snapshot) {
  for (const auto& pack : snapshot.packs()) {
    for (const auto& [name, tenant_column] : pack.tenant_columns) {
      const auto columns = connection_->query(
          "SELECT name, upper(type) AS type, pk FROM pragma_table_info(:t)", {{"t", name}});
      if (!columns) return columns.error();
      Table table{name, tenant_column, {}, {}};
      for (const auto& row : *columns) {
        const auto& fields = row.as_object();
        Column column{std::string(text_at(fields, "name")), text_at(fields, "type") == "TEXT",
                      fields.at("pk").to_number<int>() > 0};
        const bool may_hold = column.is_text && !column.is_key && column.name != tenant_column;
        if (may_hold && (table.marked.empty() || tells(column.name) > tells(table.marked))) {
          table.marked = column.name;
        }
        table.columns.push_back(std::move(column));
      }
      tables_.push_back(std::move(table));
    }
  }
  return {};
}

Result<void> AttackData::choose_victim(const std::string& tenant) {
  const auto tenants = connection_->query("SELECT id, slug FROM tenants ORDER BY slug");
  if (!tenants) return tenants.error();
  std::int64_t most = -1;
  for (const auto& row : *tenants) {
    const auto& fields = row.as_object();
    Victim one{std::string(text_at(fields, "id")), std::string(text_at(fields, "slug")), {}};
    if (!tenant.empty() && tenant != one.id && tenant != one.slug) continue;
    std::int64_t rows = 0;
    for (const auto& table : tables_) {
      const auto counted = connection_->query("SELECT count(*) AS n FROM " + quoted(table.name) +
                                                  " WHERE " + quoted(table.tenant_column) + " = :t",
                                              {{"t", one.id}});
      if (!counted) return counted.error();
      rows += counted->at(0).at("n").to_number<std::int64_t>();
    }
    if (rows <= most) continue;
    most = rows;
    victim_ = std::move(one);
  }
  if (!victim_.id.empty()) return {};
  return fail(ErrorType::not_found,
              tenant.empty() ? "there is no business to attack" : "there is no business " + tenant);
}

/// A number of the business's own rows, where a tool is bound to the caller's.
Result<void> AttackData::find_phone(const registry::Snapshot& snapshot) {
  victim_.phone = "+12025550100";
  for (const auto& tool : snapshot.tools()) {
    for (const auto& binding : tool.bind) {
      if (binding.source != "session.caller_phone") continue;
      for (const auto& table : tables_) {
        const auto has = std::any_of(table.columns.begin(), table.columns.end(),
                                     [&](auto& c) { return c.name == binding.parameter; });
        if (!has) continue;
        const auto rows = connection_->query(
            "SELECT " + quoted(binding.parameter) + " AS p FROM " + quoted(table.name) + " WHERE " +
                quoted(table.tenant_column) + " = :t AND p IS NOT NULL LIMIT 1",
            {{"t", victim_.id}});
        if (!rows) return rows.error();
        if (!rows->empty()) victim_.phone = text_at(rows->at(0).as_object(), "p");
      }
    }
  }
  return {};
}

Result<void> AttackData::plant(const std::vector<std::string>& orders) {
  const auto made = connection_->change(
      "INSERT OR IGNORE INTO tenants (id, slug, name, timezone) VALUES (:id, :slug, :slug, 'UTC')",
      {{"id", foreign_id_}, {"slug", foreign_slug_}});
  if (!made) return made.error();
  std::size_t next = 0;
  for (const auto& table : tables_) {
    // Keys are kept where they may be: then any tool that finds the one finds the other.
    if (!plant_foreign(table, false) && !plant_foreign(table, true)) bare_.push_back(table.name);
    read_foreign_keys(table);
    if (!orders.empty()) plant_order(table, orders[next++ % orders.size()]);
  }
  return {};
}

/// The victim's rows again as the other tenant's, with the watermark.
bool AttackData::plant_foreign(const Table& table, bool marks_keys) {
  if (table.marked.empty()) return false;
  std::string names, values;
  for (const auto& column : table.columns) {
    const auto name = quoted(column.name);
    names += (names.empty() ? "" : ", ") + name;
    values += values.empty() ? "" : ", ";
    const bool is_marked =
        column.name == table.marked || (marks_keys && column.is_key && column.is_text);
    if (column.name == table.tenant_column) {
      values += ":foreign";
    } else if (is_marked) {
      values += ":mark || coalesce(" + name + ", '')";
    } else {
      values += marks_keys && column.is_key ? "NULL" : name;
    }
  }
  const auto planted = connection_->change(
      "INSERT INTO " + quoted(table.name) + " (" + names + ") SELECT " + values + " FROM " +
          quoted(table.name) + " WHERE " + quoted(table.tenant_column) + " = :victim LIMIT 50",
      {{"foreign", foreign_id_}, {"mark", watermark_}, {"victim", victim_.id}});
  return planted && *planted > 0;
}

void AttackData::read_foreign_keys(const Table& table) {
  for (const auto& column : table.columns) {
    if (!column.is_key || column.name == table.tenant_column) continue;
    const auto rows = connection_->query(
        "SELECT CAST(" + quoted(column.name) + " AS TEXT) AS k FROM " + quoted(table.name) +
            " WHERE " + quoted(table.tenant_column) + " = :t LIMIT 3",
        {{"t", foreign_id_}});
    if (!rows) continue;
    for (const auto& row : *rows) {
      if (foreign_keys_.size() >= kMostForeignKeys) return;
      foreign_keys_.emplace_back(text_at(row.as_object(), "k"));
    }
  }
}

/// A table whose rows may not be changed so has none: nothing is lost but an attack.
void AttackData::plant_order(const Table& table, const std::string& order) {
  if (table.marked.empty()) return;
  (void)connection_->change("UPDATE " + quoted(table.name) + " SET " + quoted(table.marked) +
                                " = coalesce(" + quoted(table.marked) + ", '') || ' ' || :order" +
                                " WHERE " + quoted(table.tenant_column) + " = :t",
                            {{"order", order}, {"t", victim_.id}});
}

Result<std::map<std::string, std::string>> AttackData::fingerprint() {
  std::map<std::string, std::string> out;
  for (const auto& table : tables_) {
    const auto rows = connection_->query("SELECT * FROM " + quoted(table.name) + " ORDER BY 1, 2");
    if (!rows) return rows.error();
    out[table.name] = sha256_hex(json::serialize(*rows));
  }
  return out;
}

Result<std::size_t> AttackData::ledger_rows() {
  const auto rows = connection_->query("SELECT count(*) AS n FROM tool_calls");
  if (!rows) return rows.error();
  return rows->at(0).at("n").to_number<std::size_t>();
}

}  // namespace callosum::app
