#include "storage/business_facts.hpp"

#include <boost/json/serialize.hpp>

#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr BusinessFact kHours{"working_hours"};
constexpr BusinessFact kServices{"services", true};
constexpr const char* kNow = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";

Result<void> check_table(sqlite::Connection& connection, const BusinessFact& fact) {
  const auto found = connection.query(
      "SELECT name FROM pragma_table_info('businesses') WHERE name IN ('id', :column)",
      {{"column", fact.column}});
  if (!found) return found.error();
  if (found->size() == 2) return {};
  return fail(ErrorType::not_loaded,
              "there is no such record here: the receptionist pack, which brings its table, has "
              "never been loaded (configuration key packs)");
}

/// Rows that came by other ways may hold anything there.
json::value decode(const BusinessFact& fact, std::string_view text) {
  auto parsed = parse_strict(text);
  if (fact.is_list) {
    return parsed && parsed->is_array() ? std::move(*parsed) : json::value(json::array());
  }
  return parsed && parsed->is_object() ? std::move(*parsed) : json::value(json::object());
}

}  // namespace

const BusinessFact& BusinessFact::hours() { return kHours; }
const BusinessFact& BusinessFact::services() { return kServices; }

Result<void> ensure_business(sqlite::Connection& connection, std::string_view business_id) {
  const std::string now(kNow);
  const auto there = connection.change(
      "INSERT INTO businesses (id, name, created_at, updated_at) SELECT id, name, " + now + ", " +
          now + " FROM tenants WHERE id = :id ON CONFLICT (id) DO NOTHING",
      {{"id", business_id}});
  if (!there) return there.error();
  return {};
}

Result<json::value> find_business_fact(sqlite::Connection& connection, const BusinessFact& fact,
                                       std::string_view business_id) {
  const auto there = check_table(connection, fact);
  if (!there) return there.error();
  const auto rows = connection.query(
      "SELECT " + std::string(fact.column) + " AS fact FROM businesses WHERE id = :id",
      {{"id", business_id}});
  if (!rows) return rows.error();
  return decode(fact, rows->empty() ? "" : text_at(rows->front().as_object(), "fact"));
}

Result<json::value> change_business_fact(sqlite::Connection& connection, const BusinessFact& fact,
                                         std::string_view business_id, const json::value& value) {
  auto known = find_business_fact(connection, fact, business_id);
  if (!known) return known.error();
  if (fact.is_list) {
    *known = value;
  } else {
    for (const auto& member : value.as_object()) known->as_object()[member.key()] = member.value();
  }
  const auto there = ensure_business(connection, business_id);
  if (!there) return there.error();
  const auto changed = connection.change("UPDATE businesses SET " + std::string(fact.column) +
                                             " = :fact, updated_at = " + kNow + " WHERE id = :id",
                                         {{"id", business_id}, {"fact", json::serialize(*known)}});
  if (!changed) return changed.error();
  return known;
}

}  // namespace callosum::storage
