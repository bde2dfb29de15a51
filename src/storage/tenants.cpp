#include "storage/tenants.hpp"

#include <algorithm>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "storage/database.hpp"

namespace callosum::storage {
namespace {

constexpr std::size_t kMaxSlug = 63;
constexpr std::size_t kMaxName = 200;

bool is_slug(std::string_view text) {
  if (text.empty() || text.size() > kMaxSlug || is_uuid(text)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Tenant to_tenant(const json::object& row) {
  return Tenant{.id = std::string(row.at("id").as_string()),
                .slug = std::string(row.at("slug").as_string()),
                .name = std::string(row.at("name").as_string()),
                .timezone = std::string(row.at("timezone").as_string())};
}

Result<Tenant> find_tenant(sqlite::Connection& connection, const std::string& key) {
  const char* sql = is_uuid(key) ? "SELECT id, slug, name, timezone FROM tenants WHERE id = :key"
                                 : "SELECT id, slug, name, timezone FROM tenants WHERE slug = :key";
  const auto rows = connection.query(sql, {{"key", key}});
  if (!rows) return rows.error();
  if (rows->empty()) return fail(ErrorType::not_found, "there is no such tenant");
  return to_tenant(rows->front().as_object());
}

Result<std::vector<Tenant>> all_tenants(sqlite::Connection& connection) {
  const auto rows = connection.query("SELECT id, slug, name, timezone FROM tenants ORDER BY slug");
  if (!rows) return rows.error();
  std::vector<Tenant> out;
  out.reserve(rows->size());
  for (const auto& row : *rows) out.push_back(to_tenant(row.as_object()));
  return out;
}

Result<void> check(const Tenant& tenant) {
  const auto refuse = [](const char* why) { return fail(ErrorType::validation, why); };
  if (!is_uuid(tenant.id)) return refuse("id: expected a UUID");
  if (!is_slug(tenant.slug)) {
    return refuse("slug: expected 1 to 63 of a-z, 0-9 and '-', not in the form of a UUID");
  }
  if (tenant.name.empty() || tenant.name.size() > kMaxName || !is_valid_utf8(tenant.name)) {
    return refuse("name: expected 1 to 200 bytes of UTF-8");
  }
  if (tenant.timezone.empty()) return refuse("timezone: expected an IANA name");
  return {};
}

Result<Tenant> upsert(sqlite::Connection& connection, const Tenant& tenant) {
  const auto saved = connection.change(
      "INSERT INTO tenants (id, slug, name, timezone) VALUES (:id, :slug, :name, :timezone)"
      " ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name,"
      " timezone = excluded.timezone, updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')",
      {{"id", tenant.id},
       {"slug", tenant.slug},
       {"name", tenant.name},
       {"timezone", tenant.timezone}});
  if (!saved) return saved.error();
  return tenant;
}

}  // namespace

boost::asio::awaitable<Result<Tenant>> resolve_canonical_tenant(Database& database,
                                                                std::string uuid_or_slug,
                                                                async::Deadline deadline) {
  const auto key = to_lower_ascii(uuid_or_slug);
  if (!is_uuid(key) && !is_slug(key)) {
    co_return fail(ErrorType::not_found, "there is no such tenant");
  }
  std::function<Result<Tenant>(sqlite::Connection&)> query = [key](sqlite::Connection& connection) {
    return find_tenant(connection, key);
  };
  auto pending = database.read<Tenant>(deadline, std::move(query));
  auto result = co_await std::move(pending);
  co_return result;
}

boost::asio::awaitable<Result<std::vector<Tenant>>> list_tenants(Database& database,
                                                                 async::Deadline deadline) {
  return database.read<std::vector<Tenant>>(deadline, all_tenants);
}

boost::asio::awaitable<Result<Tenant>> save_tenant(Database& database, Tenant tenant,
                                                   async::Deadline deadline) {
  tenant.id = to_lower_ascii(tenant.id);
  const auto checked = check(tenant);
  if (!checked) co_return checked.error();
  std::function<Result<Tenant>(sqlite::Connection&)> query =
      [tenant](sqlite::Connection& connection) { return upsert(connection, tenant); };
  auto pending = database.write<Tenant>(deadline, std::move(query));
  auto result = co_await std::move(pending);
  co_return result;
}

}  // namespace callosum::storage
