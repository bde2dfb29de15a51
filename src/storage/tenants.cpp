#include "storage/tenants.hpp"

#include <algorithm>
#include <date/tz.h>

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

/// It is spoken and printed.
bool is_name(std::string_view text) {
  if (trim(text).empty() || text.size() > kMaxName || !is_valid_utf8(text)) return false;
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < 0x20 || c == 0x7f; });
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

/// Empty where the machine's time zone database knows the name; else what is wrong with it.
std::string problem_of_timezone(const std::string& name) {
  if (name.empty()) return "expected an IANA name such as America/New_York";
  // The library speaks of an unknown name, and of a machine without zones, by throwing.
  try {
    date::locate_zone(name);
    return {};
  } catch (const std::runtime_error&) {
  }
  std::vector<std::string_view> known;
  try {
    for (const auto& zone : date::get_tzdb().zones) known.emplace_back(zone.name());
  } catch (const std::runtime_error&) {
  }
  if (known.empty()) return "this machine has no time zones; install the package tzdata";
  const auto nearest = is_valid_utf8(name) ? find_nearest(name, known) : std::string_view();
  return "expected an IANA name such as America/New_York" +
         (nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?");
}

/// Reads the time zones at its first use: for a thread that may block.
Result<void> check(const Tenant& tenant) {
  std::vector<std::string> problems;
  if (!is_uuid(tenant.id)) problems.emplace_back("id: expected a UUID");
  if (!is_slug(tenant.slug) || tenant.slug.front() == '-' || tenant.slug.back() == '-') {
    problems.emplace_back(
        "slug: expected 1 to 63 of a-z, 0-9 and '-', no '-' at its ends, not in the form of a "
        "UUID");
  }
  if (!is_name(tenant.name)) {
    problems.emplace_back("name: expected 1 to 200 bytes of UTF-8 text without control characters");
  }
  const auto timezone = problem_of_timezone(tenant.timezone);
  if (!timezone.empty()) problems.push_back("timezone: " + timezone);
  if (problems.empty()) return {};
  return fail(ErrorType::validation, join(problems, "; "));
}

Result<Tenant> insert(sqlite::Connection& connection, const Tenant& tenant) {
  const auto checked = check(tenant);
  if (!checked) return checked.error();
  // In the transaction that writes: between look and insert nobody else comes.
  const auto taken =
      connection.query("SELECT id, slug FROM tenants WHERE id = :id OR slug = :slug ORDER BY id",
                       {{"id", tenant.id}, {"slug", tenant.slug}});
  if (!taken) return taken.error();
  std::vector<std::string> conflicts;
  for (const auto& row : *taken) {
    const auto& fields = row.get_object();
    if (text_at(fields, "id") == tenant.id) {
      conflicts.push_back("id: the tenant " + std::string(text_at(fields, "slug")) + " has it");
    }
    if (text_at(fields, "slug") == tenant.slug) {
      conflicts.push_back("slug: the tenant " + std::string(text_at(fields, "id")) + " has it");
    }
  }
  if (!conflicts.empty()) return fail(ErrorType::conflict, join(conflicts, "; "));
  const auto added = connection.change(
      "INSERT INTO tenants (id, slug, name, timezone) VALUES (:id, :slug, :name, :timezone)",
      {{"id", tenant.id},
       {"slug", tenant.slug},
       {"name", tenant.name},
       {"timezone", tenant.timezone}});
  if (!added) return added.error();
  return tenant;
}

Result<Tenant> upsert(sqlite::Connection& connection, const Tenant& tenant) {
  const auto checked = check(tenant);
  if (!checked) return checked.error();
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

boost::asio::awaitable<Result<Tenant>> add_tenant(Database& database, Tenant tenant,
                                                  async::Deadline deadline) {
  tenant.id = to_lower_ascii(tenant.id);
  std::function<Result<Tenant>(sqlite::Connection&)> query =
      [tenant](sqlite::Connection& connection) { return insert(connection, tenant); };
  return database.write<Tenant>(deadline, std::move(query));
}

boost::asio::awaitable<Result<Tenant>> save_tenant(Database& database, Tenant tenant,
                                                   async::Deadline deadline) {
  tenant.id = to_lower_ascii(tenant.id);
  std::function<Result<Tenant>(sqlite::Connection&)> query =
      [tenant](sqlite::Connection& connection) { return upsert(connection, tenant); };
  return database.write<Tenant>(deadline, std::move(query));
}

}  // namespace callosum::storage
