#include "storage/audit_chain.hpp"

#include <algorithm>
#include <gmock/gmock.h>

#include "real_world.hpp"
#include "storage/audit_search.hpp"
#include "storage/database.hpp"

namespace callosum::storage {
namespace {

using sqlite::Connection;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Chains {
  Chains() {
    const auto made = Database::open({.path = folder.path() / "gateway.db", .readers = 1});
    EXPECT_TRUE(made);
    connection = std::move(*Connection::open({.path = folder.path() / "gateway.db"}));
  }
  void append(const std::string& tenant, const std::vector<std::string>& records) {
    AuditGroup group{tenant, {}, 0};
    for (const auto& record : records) group.add(record);
    EXPECT_TRUE(append_audit(*connection, group));
  }
  /// What somebody with the file in their hands can do.
  void tamper(const std::string& sql) {
    EXPECT_TRUE(connection->execute(
        "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_shortened;" + sql));
  }
  std::vector<std::string> exported(const std::string& tenant) {
    std::vector<std::string> lines;
    EXPECT_TRUE(export_audit(*connection, tenant, [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    }));
    return lines;
  }
  std::string problem() { return verify_audit(*connection)->front().problem; }

  testing::TempFolder folder;
  std::unique_ptr<Connection> connection;
};

TEST(AuditChain, KeepsEachTenantsRecordsInTheirOrder) {
  Chains chains;
  chains.append("a", {R"({"n":1})", R"({"n":2})"});
  chains.append("b", {R"({"n":9})"});
  chains.append("a", {R"({"n":3})"});

  const auto verified = verify_audit(*chains.connection);

  EXPECT_THAT(chains.exported("a"),
              ElementsAre(R"({"seq":1,"n":1})", R"({"seq":2,"n":2})", R"({"seq":3,"n":3})"));
  EXPECT_EQ(chains.exported("").size(), 4u);
  ASSERT_EQ(verified->size(), 2u);
  EXPECT_EQ((*verified)[0].records, 3);
  EXPECT_EQ((*verified)[0].problem, "");
  EXPECT_EQ((*verified)[1].records, 1);
}

TEST(AuditChain, IsNeitherChangedNorShortenedBySql) {
  Chains chains;
  chains.append("a", {R"({"n":1})"});

  EXPECT_FALSE(chains.connection->execute("UPDATE audit SET body = '{}'"));
  EXPECT_FALSE(chains.connection->execute("DELETE FROM audit"));
}

TEST(AuditChain, ShowsWhatWasDoneToItsFile) {
  for (const auto& [sql, complaint] :
       {std::pair{"UPDATE audit SET body = replace(body, '2', '7') WHERE first_seq = 2",
                  "record 2: was changed"},
        {"UPDATE audit SET body = CAST(x'7bff7d' AS TEXT) WHERE first_seq = 2",
         "record 2: cannot be read: body: text is not UTF-8"},
        {"UPDATE audit SET previous_hash = hash WHERE first_seq = 3", "record 3: does not follow"},
        {"DELETE FROM audit WHERE first_seq = 2", "record 3: expected record 2 here"},
        {"UPDATE audit SET records = 2 WHERE first_seq = 3", "record 3: was changed"}}) {
    Chains chains;
    for (const char* record : {R"({"n":1})", R"({"n":2})", R"({"n":3})"}) {
      chains.append("a", {record});
    }
    ASSERT_EQ(chains.problem(), "");

    chains.tamper(sql);

    EXPECT_THAT(chains.problem(), HasSubstr(complaint)) << sql;
  }
}

TEST(AuditChain, ShowsWhenItsPlaceInTheFileWasTakenAway) {
  for (const char* sql :
       {"DELETE FROM audit_chains WHERE tenant_id = 'a'",
        "DELETE FROM audit_chains WHERE tenant_id = 'b'",
        "UPDATE audit_chains SET tenant_id = 'x' WHERE tenant_id = 'a'",
        "UPDATE audit SET tenant_id = 'b' WHERE tenant_id = 'a'",
        "PRAGMA ignore_check_constraints = 1; UPDATE audit SET place = first_seq, chain = 0 WHERE "
        "tenant_id = 'a'"}) {
    Chains chains;
    chains.append("a", {R"({"n":1})"});
    chains.append("b", {R"({"n":1})"});
    EXPECT_FALSE(chains.connection->execute(sql)) << sql;
    const auto is_whole = [&] {
      const auto verified = verify_audit(*chains.connection);
      return std::all_of(verified->begin(), verified->end(),
                         [](const AuditChain& chain) { return chain.problem.empty(); });
    };
    EXPECT_TRUE(is_whole());

    chains.tamper(
        "DROP TRIGGER audit_chains_are_not_changed;"
        "DROP TRIGGER audit_chains_are_not_shortened;" +
        std::string(sql));

    EXPECT_FALSE(is_whole()) << sql;
    for (const char* tenant : {"a", "b", "c"}) chains.append(tenant, {R"({"n":2})"});
    EXPECT_FALSE(is_whole()) << sql;
  }
}

TEST(AuditChain, TakesNothingOfAnOlderGateway) {
  Chains chains;
  chains.append("a", {R"({"n":1})"});

  EXPECT_FALSE(chains.connection->execute(
      "INSERT INTO audit (tenant_id, first_seq, records, previous_hash, hash, body) "
      "VALUES ('a', 2, 1, 'x', 'y', '{}')"));
}

TEST(AuditChain, IsReadBackwardsAndToAnyPlaceWhateverStandsBesideIt) {
  Chains chains;
  for (int n = 1; n <= 300; ++n) {
    for (const char* tenant : {"a", "b", ""}) {
      chains.append(tenant, {R"({"n":)" + std::to_string(n) + "}", R"({"n":0})"});
    }
  }

  for (const char* tenant : {"a", "b", ""}) {
    const auto head = **find_audit_head(*chains.connection, tenant);
    EXPECT_EQ(head.seq, 600);
    EXPECT_EQ(*find_cut(*chains.connection, head), "");
    EXPECT_THAT(*find_cut(*chains.connection, {tenant, 599, head.hash}), HasSubstr("record 599"));
    EXPECT_THAT(*find_cut(*chains.connection, {tenant, 601, head.hash}), HasSubstr("record 601"));
  }
  for (const char* tenant : {"a", "b", ""}) {
    std::int64_t before = 0, seen = 0;
    do {
      const auto page =
          search_audit(*chains.connection, {.tenant_id = tenant, .before = before, .limit = 100});
      ASSERT_TRUE(page);
      ASSERT_FALSE(page->records.empty());
      EXPECT_THAT(page->records.front(), HasSubstr("{\"seq\":" + std::to_string(600 - seen) + ","));
      seen += std::ssize(page->records);
      before = page->next_before;
    } while (before > 0);
    EXPECT_EQ(seen, 600);
  }
  EXPECT_EQ(chains.exported("b").size(), 600u);
  EXPECT_EQ(chains.exported("").size(), 1800u);
  EXPECT_FALSE(find_audit_head(*chains.connection, "nobody")->has_value());
}

TEST(AuditChain, ThatCannotBeReadHidesNoOther) {
  Chains chains;
  chains.append("a", {R"({"n":1})"});
  chains.append("b", {R"({"n":1})"});
  chains.tamper("UPDATE audit SET body = CAST(x'7bff7d' AS TEXT) WHERE tenant_id = 'a'");

  const auto found = verify_audit(*chains.connection);
  int lines = 0;
  const auto exported = export_audit(*chains.connection, "", [&](std::string_view) {
    ++lines;
    return true;
  });

  ASSERT_EQ(found->size(), 2u);
  EXPECT_THAT((*found)[0].problem, HasSubstr("record 1: cannot be read"));
  EXPECT_EQ((*found)[1].problem, "");
  EXPECT_EQ(lines, 0);
  ASSERT_FALSE(exported);
  EXPECT_THAT(exported.error().message, HasSubstr("record 1 cannot be read"));
}

TEST(AuditChain, WhoseEndWasCutOffIsKnownByAHeadFromBefore) {
  Chains chains;
  chains.append("a", {R"({"n":1})"});
  chains.append("a", {R"({"n":2})"});
  const auto head = verify_audit(*chains.connection)->front().head;
  chains.append("a", {R"({"n":3})"});
  EXPECT_TRUE(*knows_audit_head(*chains.connection, head));

  chains.tamper("DELETE FROM audit WHERE first_seq > 1");

  EXPECT_EQ(chains.problem(), "");
  EXPECT_FALSE(*knows_audit_head(*chains.connection, head));
}

TEST(AuditChain, ShowsByARecordedHeadWhatIsNotThereAnyMore) {
  for (const auto& [sql, complaint] :
       {std::pair{"DELETE FROM audit WHERE first_seq = 3", "record 3: was cut off"},
        {"DELETE FROM audit WHERE first_seq > 1", "record 2: was cut off, with all up to record 3"},
        {"DELETE FROM audit", "record 1: was cut off"},
        {"UPDATE audit SET hash = 'x' WHERE first_seq = 3", "record 3: or one before it"},
        {"SELECT 1", ""}}) {
    Chains chains;
    for (const char* record : {R"({"n":1})", R"({"n":2})", R"({"n":3})"}) {
      chains.append("a", {record});
    }
    const auto head = **find_audit_head(*chains.connection, "a");
    EXPECT_EQ(head.seq, 3);

    chains.tamper(sql);
    if (std::string_view(sql) != "DELETE FROM audit") chains.append("b", {R"({"n":9})"});

    EXPECT_THAT(*find_cut(*chains.connection, head), HasSubstr(complaint)) << sql;
  }
}

TEST(AuditChain, NamesARecordWhoseCallTheLedgerHasLost) {
  Chains chains;
  chains.append("a",
                {R"({"n":1})", R"({"session_id":"s","provider":"p","key":"k","effect":"done"})"});

  const auto gaps = find_ledger_gaps(*chains.connection);

  ASSERT_EQ(gaps->size(), 1u);
  EXPECT_EQ(gaps->front().problem, "record 2: the ledger has lost this call");
}

}  // namespace
}  // namespace callosum::storage
