#include "storage/ledger.hpp"

#include <gtest/gtest.h>
#include <utility>

#include "base/encoding.hpp"
#include "base/short_key.hpp"
#include "real_world.hpp"
#include "storage/audit_chain.hpp"
#include "storage/migrations.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

LedgerCall call_of(std::string key, std::string act) {
  return {"tenant", "sess_1", "openai", std::move(key), "hash", std::move(act), "shop.book"};
}

class Ledger : public ::testing::Test {
 protected:
  void migrate_up_to(std::size_t steps) {
    ASSERT_TRUE(migrate(*connection_, gateway_migrations().first(steps)));
  }
  std::optional<LedgerEntry> find(const LedgerCall& call) {
    return find_call(*connection_, call).value();
  }

  testing::TempFolder folder_;
  std::unique_ptr<sqlite::Connection> connection_ =
      sqlite::Connection::open({.path = folder_.path() / "gateway.db"}).value();
};

TEST_F(Ledger, FindsTheCallBeforeTheActAndNoActThatFailed) {
  migrate_up_to(gateway_migrations().size());
  const auto failed = open_call(*connection_, {0, call_of("1", "haircut"), CallState::failed}, 1);
  EXPECT_FALSE(find(call_of("2", "haircut")));
  const auto done = open_call(*connection_, {0, call_of("3", "haircut"), CallState::done}, 1);
  EXPECT_EQ(find(call_of("1", "haircut"))->id, *failed);
  EXPECT_EQ(find(call_of("4", "haircut"))->id, *done);
  EXPECT_FALSE(find(call_of("4", "")));
  EXPECT_FALSE(find(call_of("4", "beard trim")));
}

TEST_F(Ledger, FindsNoActThatWasTakenBack) {
  migrate_up_to(gateway_migrations().size());
  auto book = call_of("1", "ten o'clock");
  book.undone_by = R"({"shop.cancel":"booking_id"})";
  const auto keep = [this](const LedgerCall& call, CallState state, std::string answer) {
    return open_call(*connection_, {0, call, state, std::move(answer)}, 1).value();
  };
  const auto cancel = [&](std::string key, CallState state, std::string answer) {
    auto call = call_of(std::move(key), "");
    call.tool_id = "shop.cancel";
    return keep(call, state, std::move(answer));
  };
  auto again = book;
  again.call_key = "again";
  const auto first = keep(book, CallState::done, R"({"ok":true,"data":{"booking_id":"7"}})");
  cancel("2", CallState::done, R"({"ok":true,"data":{"booking_id":"8"}})");
  cancel("3", CallState::failed, R"({"ok":false,"data":{"booking_id":"7"}})");
  cancel("4", CallState::done, "");
  cancel("5", CallState::done, R"({"ok":true,"data":null})");
  EXPECT_EQ(find(again)->id, first);

  cancel("6", CallState::done, R"({"ok":true,"data":{"booking_id":"7"}})");
  EXPECT_FALSE(find(again));
  EXPECT_EQ(find(book)->id, first);  // the same call is the same call
  book.call_key = "7";
  const auto second = keep(book, CallState::done, R"({"ok":true,"data":{"booking_id":"9"}})");
  EXPECT_EQ(find(again)->id, second);
}

TEST_F(Ledger, FindsByTheTextsNotByTheirNumbersAlone) {
  migrate_up_to(gateway_migrations().size());
  const auto theirs = call_of("1", "haircut");
  ASSERT_TRUE(open_call(*connection_, {0, theirs, CallState::done, "{}"}, 1));
  const auto take_numbers_of = [&](const LedgerCall& call) {  // as if they had them in common
    const auto changed = connection_->change(
        "UPDATE tool_calls SET session_short = :session, call_short = :call, act_short = :act",
        {{"session", short_key(call.tenant_id, call.session_id)},
         {"call", short_key(call.provider, call.call_key)},
         {"act", short_key_of_act(call.act)}});
    ASSERT_TRUE(changed);
  };

  for (const auto& other :
       {LedgerCall{"other", "sess_1", "openai", "1", "hash", "haircut", "shop.book"},
        LedgerCall{"tenant", "sess_2", "openai", "1", "hash", "haircut", "shop.book"},
        LedgerCall{"tenant", "sess_1", "xai", "1", "hash", "shave", "shop.book"},
        LedgerCall{"tenant", "sess_1", "openai", "2", "hash", "shave", "shop.book"}}) {
    take_numbers_of(other);
    EXPECT_FALSE(find(other)) << other.tenant_id << other.session_id << other.act;
  }
  take_numbers_of(theirs);
  EXPECT_TRUE(find(theirs));
}

TEST_F(Ledger, OfAnOlderFileKeepsItsCallsAndTheChainOfItsAudit) {
  migrate_up_to(8);
  ASSERT_TRUE(connection_->execute(R"sql(
    INSERT INTO tool_calls VALUES
      ('0199-b', 't', 's', 'p', 'second', 'h', 'act', 'x.y', '1', 'r', 'u', 3, '{}', 'started', '', 20, 21),
      ('0199-a', 't', 's', 'p', 'first', 'h', '', 'x.y', '1', 'r', 'u', 2, '{"a":1}', 'done', '{"ok":true}', 10, 11)
  )sql"));
  AuditGroup group{"t", {}, 0};
  group.add(R"({"at_ms":1})");
  std::string head;
  for (const char* tenant : {"", "s", "t"}) {
    head.clear();
    for (const char* seq : {"1", "2"}) {  // as that version chained them
      const auto before = std::exchange(head, "");
      const std::string_view parts[] = {before, "\n", tenant, "\n", seq, "\n1\n", group.lines};
      head = blake2b_hex(parts);
      ASSERT_TRUE(connection_->change(
          "INSERT INTO audit VALUES (:tenant, CAST(:seq AS INTEGER), 1, :before, :hash, :body)",
          {{"tenant", tenant},
           {"seq", seq},
           {"before", before},
           {"hash", head},
           {"body", group.lines}}));
    }
  }
  EXPECT_FALSE(check_current(*connection_));

  migrate_up_to(gateway_migrations().size());

  const auto open = started_calls(*connection_).value();
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].call.call_key, "second");
  EXPECT_EQ(open[0].call.turn, 3u);
  EXPECT_EQ(open[0].id, 2) << "numbered as they came";
  const auto first = find({"t", "s", "p", "first", "h", "", "x.y"});
  EXPECT_EQ(first->answer, R"({"ok":true})");
  const auto after = verify_audit(*connection_).value();
  EXPECT_TRUE(check_current(*connection_));
  ASSERT_EQ(after.size(), 3u);
  for (const auto& chain : after) EXPECT_EQ(chain.problem, "") << chain.tenant_id;
  EXPECT_EQ(after[2].head, head);
  ASSERT_TRUE(append_audit(*connection_, group));
  EXPECT_EQ(verify_audit(*connection_)->back().records, 3);
  EXPECT_FALSE(connection_->execute("DELETE FROM audit"));
  EXPECT_FALSE(connection_->execute("UPDATE audit SET body = ''"));
}

}  // namespace
}  // namespace callosum::storage
