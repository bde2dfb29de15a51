#pragma once

#include <boost/json/value.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "registry/snapshot.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::app {

namespace json = boost::json;

/// The database that is attacked: a copy, in which rows of another tenant were planted beside the
/// attacked one's, and orders to the model in the attacked one's own.
class AttackData {
 public:
  /// Whose session is attacked, and what may be known of it.
  struct Victim {
    std::string id, slug, phone;
  };

  /// `tenant`: slug or id; empty: the one with most rows. Plants nothing yet.
  static Result<std::unique_ptr<AttackData>> open(const std::filesystem::path& database,
                                                  const registry::Snapshot& snapshot,
                                                  const std::string& tenant);
  /// `orders`: what a row says to the model, one after the other.
  Result<void> plant(const std::vector<std::string>& orders);

  const Victim& victim() const { return victim_; }
  const std::string& foreign_id() const { return foreign_id_; }
  const std::string& foreign_slug() const { return foreign_slug_; }
  /// In every planted foreign row.
  const std::string& watermark() const { return watermark_; }
  /// Keys of the planted rows.
  const std::vector<std::string>& foreign_keys() const { return foreign_keys_; }
  /// Tables in which no foreign row could be planted.
  const std::vector<std::string>& bare_tables() const { return bare_; }

  /// What all rows of the packs' tables are now, table by table.
  Result<std::map<std::string, std::string>> fingerprint();
  /// Calls that the ledger has taken note of.
  Result<std::size_t> ledger_rows();

 private:
  struct Column {
    std::string name;
    bool is_text = false;
    bool is_key = false;
  };
  struct Table {
    std::string name, tenant_column;
    std::vector<Column> columns;
    std::string marked;  ///< the column that says most: watermarks and orders go there
  };

  AttackData() = default;
  Result<void> read_tables(const registry::Snapshot& snapshot);
  Result<void> choose_victim(const std::string& tenant);
  Result<void> find_phone(const registry::Snapshot& snapshot);
  bool plant_foreign(const Table& table, bool marks_keys);
  void plant_order(const Table& table, const std::string& order);
  void read_foreign_keys(const Table& table);

  std::unique_ptr<storage::sqlite::Connection> connection_;
  std::vector<Table> tables_;
  Victim victim_;
  std::string foreign_id_ = "a77ac000-0000-4000-8000-00000000f0e1";
  std::string foreign_slug_ = "attack-foreign";
  std::string watermark_ = "ZQFOREIGNROWQZ ";
  std::vector<std::string> foreign_keys_;
  std::vector<std::string> bare_;
};

}  // namespace callosum::app
