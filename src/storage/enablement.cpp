#include "storage/enablement.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::string_view kSelect =
    "SELECT tenant_id, disabled, revision, changed_by FROM enablement";
constexpr std::string_view kSave = R"sql(
  INSERT INTO enablement (tenant_id, disabled, revision, changed_by)
  VALUES (:tenant_id, :disabled, :revision, :changed_by)
  ON CONFLICT (tenant_id) DO UPDATE SET disabled = excluded.disabled,
    revision = excluded.revision, changed_by = excluded.changed_by,
    changed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
)sql";

Result<EnablementRow> to_row(const json::object& row) {
  EnablementRow out;
  out.tenant_id = text_at(row, "tenant_id");
  out.revision = row.at("revision").as_int64();
  out.changed_by = text_at(row, "changed_by");
  const auto names = parse_strict(text_at(row, "disabled"));
  const auto* list = names ? names->if_array() : nullptr;
  // Never read as "everything is on".
  if (!list) return fail(ErrorType::permanent, "the table enablement cannot be read");
  for (const auto& name : *list) {
    if (name.is_string()) out.disabled.emplace_back(name.get_string());
  }
  return out;
}

}  // namespace

Result<std::vector<EnablementRow>> list_enablement(sqlite::Connection& connection) {
  const auto rows = connection.query(kSelect);
  if (!rows) return rows.error();
  std::vector<EnablementRow> out;
  for (const auto& row : *rows) {
    auto one = to_row(row.get_object());
    if (!one) return one.error();
    out.push_back(std::move(*one));
  }
  return out;
}

Result<EnablementRow> find_enablement(sqlite::Connection& connection, std::string_view tenant_id) {
  const auto rows = connection.query(std::string(kSelect) + " WHERE tenant_id = :tenant_id",
                                     {{"tenant_id", tenant_id}});
  if (!rows) return rows.error();
  if (!rows->empty()) return to_row(rows->front().get_object());
  EnablementRow none;
  none.tenant_id = tenant_id;
  return none;
}

Result<EnablementRow> save_enablement(sqlite::Connection& connection, EnablementRow row) {
  const auto before = find_enablement(connection, row.tenant_id);
  if (!before) return before.error();
  row.revision = before->revision + 1;
  const json::array names(row.disabled.begin(), row.disabled.end());
  const auto saved = connection.change(kSave, {{"tenant_id", row.tenant_id},
                                               {"disabled", json::serialize(names)},
                                               {"revision", row.revision},
                                               {"changed_by", row.changed_by}});
  if (!saved) return saved.error();
  return row;
}

}  // namespace callosum::storage
