#include "storage/user_modes.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::string_view kFind =
    "SELECT modes FROM user_modes WHERE tenant_id = :tenant_id AND subject = :subject";
constexpr std::string_view kForget =
    "DELETE FROM user_modes WHERE tenant_id = :tenant_id AND subject = :subject";
constexpr std::string_view kSave = R"sql(
  INSERT INTO user_modes (tenant_id, subject, modes, changed_by)
  VALUES (:tenant_id, :subject, :modes, :changed_by)
  ON CONFLICT (tenant_id, subject) DO UPDATE SET modes = excluded.modes,
    changed_by = excluded.changed_by, changed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
)sql";

}  // namespace

Result<UserModes> find_user_modes(sqlite::Connection& connection, std::string_view tenant_id,
                                  std::string_view subject) {
  const auto rows = connection.query(kFind, {{"tenant_id", tenant_id}, {"subject", subject}});
  if (!rows) return rows.error();
  if (rows->empty()) return UserModes();
  const auto names = parse_strict(text_at(rows->front().as_object(), "modes"));
  const auto* list = names ? names->if_array() : nullptr;
  // Never read as "all of them".
  if (!list) return fail(ErrorType::permanent, "the table user_modes cannot be read");
  std::vector<std::string> modes;
  for (const auto& name : *list) {
    if (name.is_string()) modes.emplace_back(name.get_string());
  }
  return UserModes(std::move(modes));
}

Result<void> save_user_modes(sqlite::Connection& connection, const UserModesChange& change) {
  json::object key{{"tenant_id", change.tenant_id}, {"subject", change.subject}};
  if (!change.modes) {
    const auto forgotten = connection.change(kForget, key);
    if (!forgotten) return forgotten.error();
    return {};
  }
  key["modes"] = json::serialize(json::array(change.modes->begin(), change.modes->end()));
  key["changed_by"] = change.changed_by;
  const auto saved = connection.change(kSave, key);
  if (!saved) return saved.error();
  return {};
}

}  // namespace callosum::storage
