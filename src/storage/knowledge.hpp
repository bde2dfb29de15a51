#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// A column that people fill in.
struct KnowledgeField {
  std::string_view name;
  std::size_t max_chars;  ///< of a list: of each of its texts
  bool is_list = false;   ///< of texts, may be null; kept as JSON text
};

/// A table of the receptionist pack that holds what callers are told. Rows go in and out as
/// `{id, business_id, topic, …, updated_at}`.
struct KnowledgeTable {
  std::string_view table;  ///< "policies", and the word for several rows
  std::string_view one;    ///< "policy"
  std::span<const KnowledgeField> fields;

  static const KnowledgeTable& policies();
  static const KnowledgeTable& faqs();
};

/// A business has no more of either.
inline constexpr std::int64_t kMaxKnowledgeRows = 1000;

/// One row of a business; another's is not there.
struct KnowledgeKey {
  const KnowledgeTable& table;
  std::string business_id;
  std::string id;
};

/// As topics are kept and compared: trimmed, spaces for '_'. The tools read them so.
std::string normal_topic(std::string_view topic);

// All of these run within the caller's transaction, on the caller's thread. NOT_LOADED where the
// pack's tables are not there; NOT_FOUND where the business has no such row.

/// By topic; `topic` empty: all, at most kMaxKnowledgeRows.
Result<json::array> list_knowledge(sqlite::Connection& connection, const KnowledgeTable& table,
                                   std::string_view business_id, std::string_view topic);
Result<json::object> find_knowledge(sqlite::Connection& connection, const KnowledgeKey& key);
/// `fields`: all of the table's but lists. CONFLICT where the business has too many. A business
/// without a row in `businesses` gets one, of its tenant's name.
Result<json::object> add_knowledge(sqlite::Connection& connection, const KnowledgeKey& key,
                                   const json::object& fields);
/// Fields that are not among `fields` stay as they are.
Result<json::object> change_knowledge(sqlite::Connection& connection, const KnowledgeKey& key,
                                      const json::object& fields);
/// The row as it was.
Result<json::object> remove_knowledge(sqlite::Connection& connection, const KnowledgeKey& key);

}  // namespace callosum::storage
