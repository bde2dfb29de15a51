#include "storage/phone_numbers.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

std::map<std::string, std::string, std::less<>> read_transfers(std::string_view text) {
  std::map<std::string, std::string, std::less<>> out;
  if (text.empty()) return out;
  const auto parsed = parse_strict(text);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (!object) return out;
  for (const auto& [name, number] : *object) {
    if (number.is_string()) out.emplace(name, number.get_string());
  }
  return out;
}

std::string write_transfers(const PhoneNumber& number) {
  if (number.transfers.empty()) return {};
  json::object out;
  for (const auto& [name, to] : number.transfers) out[name] = to;
  return json::serialize(out);
}

PhoneNumber to_number(const json::object& row) {
  return {.number = std::string(text_at(row, "number")),
          .tenant_id = std::string(text_at(row, "tenant_id")),
          .pack = std::string(text_at(row, "pack")),
          .created_at_ms = row.at("created_at_ms").to_number<std::int64_t>(),
          .transfers = read_transfers(text_at(row, "transfers")),
          .carrier = std::string(text_at(row, "carrier"))};
}

}  // namespace

Result<std::optional<PhoneNumber>> find_phone_number(sqlite::Connection& connection,
                                                     std::string_view number) {
  const auto rows = connection.query(
      "SELECT number, tenant_id, pack, created_at_ms, transfers, carrier FROM phone_numbers"
      " WHERE number = :number",
      {{"number", number}});
  if (!rows) return rows.error();
  std::optional<PhoneNumber> found;
  if (!rows->empty()) found = to_number(rows->front().as_object());
  return found;
}

Result<std::vector<PhoneNumber>> list_phone_numbers(sqlite::Connection& connection,
                                                    std::string_view tenant_id) {
  const auto rows = connection.query(
      "SELECT number, tenant_id, pack, created_at_ms, transfers, carrier FROM phone_numbers"
      " WHERE tenant_id = :tenant_id ORDER BY number LIMIT 1000",
      {{"tenant_id", tenant_id}});
  if (!rows) return rows.error();
  std::vector<PhoneNumber> out;
  for (const auto& row : *rows) out.push_back(to_number(row.as_object()));
  return out;
}

Result<void> save_phone_number(sqlite::Connection& connection, const PhoneNumber& number) {
  const auto saved = connection.change(
      "INSERT INTO phone_numbers (number, tenant_id, pack, created_at_ms, transfers, carrier)"
      " VALUES (:number, :tenant_id, :pack, :created_at_ms, :transfers, :carrier)"
      " ON CONFLICT (number) DO UPDATE SET pack = excluded.pack, transfers = excluded.transfers,"
      " carrier = excluded.carrier"
      " WHERE tenant_id = excluded.tenant_id",
      {{"number", number.number},
       {"tenant_id", number.tenant_id},
       {"pack", number.pack},
       {"transfers", write_transfers(number)},
       {"carrier", number.carrier},
       {"created_at_ms", number.created_at_ms}});
  if (!saved) return saved.error();
  if (*saved == 0) return fail(ErrorType::conflict, "another business has that number");
  return {};
}

Result<bool> remove_phone_number(sqlite::Connection& connection, std::string_view number) {
  const auto removed =
      connection.change("DELETE FROM phone_numbers WHERE number = :number", {{"number", number}});
  if (!removed) return removed.error();
  return *removed > 0;
}

}  // namespace callosum::storage
