#include "storage/knowledge.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/text.hpp"
#include "storage/business_facts.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

// The tools take topics of 80 characters at most; what is longer would never be found.
constexpr std::array kPolicyFields{KnowledgeField{"topic", 80}, KnowledgeField{"content", 4000}};
constexpr std::array kFaqFields{KnowledgeField{"topic", 80}, KnowledgeField{"question", 500},
                                KnowledgeField{"answer", 4000}, KnowledgeField{"tags", 80, true}};
constexpr KnowledgeTable kPolicies{"policies", "policy", kPolicyFields};
constexpr KnowledgeTable kFaqs{"faqs", "faq", kFaqFields};

constexpr std::string_view kNow = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";

/// Column names, each with `before` in front: "topic, content" or ":topic, :content".
std::string columns(const KnowledgeTable& table, std::string_view before = {}) {
  std::string out;
  for (const auto& field : table.fields) {
    out += (out.empty() ? "" : ", ") + std::string(before) + std::string(field.name);
  }
  return out;
}

std::string select(const KnowledgeTable& table) {
  return "SELECT id, business_id, " + columns(table) + ", updated_at FROM " +
         std::string(table.table) + " WHERE business_id = :business_id";
}

Result<void> check_tables(sqlite::Connection& connection, const KnowledgeTable& table) {
  const auto found = connection.query(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('businesses', :table)",
      {{"table", table.table}});
  if (!found) return found.error();
  if (found->size() == 2) return {};
  return fail(ErrorType::not_loaded, "there are no " + std::string(table.table) +
                                         " here: the receptionist pack, which brings their tables, "
                                         "has never been loaded (configuration key packs)");
}

json::object encode_row(const KnowledgeTable& table, const json::object& row) {
  json::object out(row);
  for (const auto& field : table.fields) {
    if (!field.is_list) continue;
    // Rows that came by other ways may hold anything there.
    const auto list = parse_strict(text_at(row, field.name));
    out[field.name] = list && list->is_array() ? *list : json::value(nullptr);
  }
  return out;
}

/// The values of all columns: those of `fields`, else those of `row`.
json::object decode_row(const KnowledgeTable& table, const json::object& fields,
                        const json::object& row) {
  json::object out;
  for (const auto& field : table.fields) {
    const auto* value = fields.if_contains(field.name);
    if (!value) value = row.if_contains(field.name);
    if (!value || value->is_null()) {
      out[field.name] = nullptr;
    } else if (field.is_list) {
      out[field.name] = json::serialize(*value);
    } else {
      out[field.name] = *value;
    }
  }
  return out;
}

Result<void> make_room(sqlite::Connection& connection, const KnowledgeKey& key) {
  const std::string table(key.table.table);
  const auto counted =
      connection.query("SELECT count(*) AS rows FROM " + table + " WHERE business_id = :id",
                       {{"id", key.business_id}});
  if (!counted) return counted.error();
  if (counted->front().at("rows").as_int64() >= kMaxKnowledgeRows) {
    return fail(ErrorType::conflict, "a business has at most " + std::to_string(kMaxKnowledgeRows) +
                                         " " + table + "; delete some first");
  }
  return ensure_business(connection, key.business_id);
}

json::object key_parameters(const KnowledgeKey& key) {
  return {{"business_id", key.business_id}, {"id", key.id}};
}

}  // namespace

const KnowledgeTable& KnowledgeTable::policies() { return kPolicies; }
const KnowledgeTable& KnowledgeTable::faqs() { return kFaqs; }

std::string normal_topic(std::string_view topic) {
  std::string out(topic);
  std::replace(out.begin(), out.end(), '_', ' ');
  return std::string(trim(out));
}

Result<json::array> list_knowledge(sqlite::Connection& connection, const KnowledgeTable& table,
                                   std::string_view business_id, std::string_view topic) {
  const auto there = check_tables(connection, table);
  if (!there) return there.error();
  const auto rows = connection.query(
      select(table) +
          " AND (:topic = '' OR lower(topic) = lower(:topic))"
          " ORDER BY topic, id LIMIT :limit",
      {{"business_id", business_id}, {"topic", normal_topic(topic)}, {"limit", kMaxKnowledgeRows}});
  if (!rows) return rows.error();
  json::array out;
  for (const auto& row : *rows) out.push_back(encode_row(table, row.get_object()));
  return out;
}

Result<json::object> find_knowledge(sqlite::Connection& connection, const KnowledgeKey& key) {
  const auto there = check_tables(connection, key.table);
  if (!there) return there.error();
  const auto rows = connection.query(select(key.table) + " AND id = :id", key_parameters(key));
  if (!rows) return rows.error();
  if (!rows->empty()) return encode_row(key.table, rows->front().get_object());
  return fail(ErrorType::not_found, "there is no such " + std::string(key.table.one));
}

Result<json::object> add_knowledge(sqlite::Connection& connection, const KnowledgeKey& key,
                                   const json::object& fields) {
  const auto there = check_tables(connection, key.table);
  if (!there) return there.error();
  const auto room = make_room(connection, key);
  if (!room) return room.error();
  auto values = decode_row(key.table, fields, {});
  for (const auto& part : key_parameters(key)) values[part.key()] = part.value();
  const auto added =
      connection.change("INSERT INTO " + std::string(key.table.table) + " (id, business_id, " +
                            columns(key.table) + ", updated_at) VALUES (:id, :business_id, " +
                            columns(key.table, ":") + ", " + std::string(kNow) + ")",
                        values);
  if (!added) return added.error();
  return find_knowledge(connection, key);
}

Result<json::object> change_knowledge(sqlite::Connection& connection, const KnowledgeKey& key,
                                      const json::object& fields) {
  const auto row = find_knowledge(connection, key);
  if (!row) return row.error();
  auto values = decode_row(key.table, fields, *row);
  for (const auto& part : key_parameters(key)) values[part.key()] = part.value();
  const auto changed =
      connection.change("UPDATE " + std::string(key.table.table) + " SET (" + columns(key.table) +
                            ", updated_at) = (" + columns(key.table, ":") + ", " +
                            std::string(kNow) + ") WHERE business_id = :business_id AND id = :id",
                        values);
  if (!changed) return changed.error();
  return find_knowledge(connection, key);
}

Result<json::object> remove_knowledge(sqlite::Connection& connection, const KnowledgeKey& key) {
  auto row = find_knowledge(connection, key);
  if (!row) return row.error();
  const auto removed = connection.change("DELETE FROM " + std::string(key.table.table) +
                                             " WHERE business_id = :business_id AND id = :id",
                                         key_parameters(key));
  if (!removed) return removed.error();
  return row;
}

}  // namespace callosum::storage
