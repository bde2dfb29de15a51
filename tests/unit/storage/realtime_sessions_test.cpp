#include "storage/realtime_sessions.hpp"

#include <gmock/gmock.h>

#include "real_world.hpp"
#include "storage/database.hpp"
#include "storage/ledger.hpp"
#include "storage/past_visits.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Sessions {
  Sessions() {
    const auto made = Database::open({.path = folder.path() / "gateway.db", .readers = 1});
    EXPECT_TRUE(made);
    connection = std::move(*sqlite::Connection::open({.path = folder.path() / "gateway.db"}));
  }
  void save(const RealtimeSession& session) { EXPECT_TRUE(save_session(*connection, session)); }
  std::vector<std::string> found(std::string_view id, std::string_view subject = "ada") {
    return ids(find_live_sessions(*connection, id, subject));
  }
  std::vector<std::string> listed(const SessionFilter& filter) {
    return ids(list_sessions(*connection, filter));
  }
  static std::vector<std::string> ids(const Result<std::vector<RealtimeSession>>& sessions) {
    std::vector<std::string> out;
    EXPECT_TRUE(sessions);
    for (const auto& session : *sessions) out.push_back(session.id);
    return out;
  }

  testing::TempFolder folder;
  std::unique_ptr<sqlite::Connection> connection;
};

RealtimeSession session(std::string id, std::int64_t created_at_ms = 1,
                        std::string tenant_id = "t1") {
  RealtimeSession out;
  out.id = std::move(id);
  out.tenant_id = std::move(tenant_id);
  out.subject = "ada";
  out.channel = "voice";
  out.provider = "openai";
  out.registry_version = "1.0.abcdef01";
  out.created_at_ms = created_at_ms;
  return out;
}

RealtimeSession ended(RealtimeSession session, std::uint16_t close_code = 1000) {
  session.state = SessionState::ended;
  session.ended_at_ms = 99;
  session.close_code = close_code;
  return session;
}

TEST(RealtimeSessions, KeepTheReplyPathTheyBeganWith) {
  Sessions s;
  auto spoken = session("s1");
  spoken.reply_path = "brain";
  spoken.tool_ownership = "transport_only";
  s.save(spoken);
  s.save(ended(session("s1")));

  const auto kept = list_sessions(*s.connection, {"t1", ""});

  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->size(), 1u);
  EXPECT_EQ(kept->front().state, SessionState::ended);
  EXPECT_EQ(kept->front().reply_path, "brain");
  EXPECT_EQ(kept->front().tool_ownership, "transport_only");
}

TEST(PastVisits, AreTheLatestEndedOnesOfThatSubjectWithWhatTheyChanged) {
  Sessions s;
  for (int i = 1; i <= 4; ++i) s.save(ended(session("s" + std::to_string(i), i)));
  s.save(session("live", 9));
  s.save(ended(session("elsewhere", 9, "t2")));
  auto theirs = session("theirs", 9);
  theirs.subject = "eve";
  s.save(ended(theirs));
  const auto call = [&](const char* id, const char* session_id, CallState state) {
    LedgerCall call{"t1", session_id, "openai", id, "h", "", "crm.note"};
    ASSERT_TRUE(open_call(*s.connection, {0, call, state, ""}, 1));
  };
  call("c1", "s4", CallState::done);
  call("c2", "s4", CallState::done);
  call("c3", "s3", CallState::failed);

  const auto visits = list_past_visits(*s.connection, "t1", "ada", 3);

  ASSERT_TRUE(visits) << visits.error().detail;
  ASSERT_EQ(visits->size(), 3u);
  EXPECT_EQ((*visits)[0].created_at_ms, 4);
  EXPECT_EQ((*visits)[0].done, "crm.note");
  EXPECT_EQ((*visits)[1].done, "");
  EXPECT_EQ((*visits)[2].created_at_ms, 2);
}

TEST(RealtimeSessions, AreFoundByTheirOwnIdAndByTheirProvidersOnceThatIsKnown) {
  Sessions s;
  auto one = session("sess_a");
  s.save(one);
  EXPECT_THAT(s.found("sess_a"), ElementsAre("sess_a"));
  EXPECT_THAT(s.found("sess_theirs"), IsEmpty());

  one.provider_session_id = "sess_theirs";
  s.save(one);

  EXPECT_THAT(s.found("sess_a"), ElementsAre("sess_a"));
  EXPECT_THAT(s.found("sess_theirs"), ElementsAre("sess_a"));
  EXPECT_THAT(s.found(""), IsEmpty());
}

TEST(RealtimeSessions, AreNotFoundForAnotherSubjectNorOnceTheyHaveEnded) {
  Sessions s;
  s.save(session("sess_a"));

  EXPECT_THAT(s.found("sess_a", "eve"), IsEmpty());
  s.save(ended(session("sess_a")));

  EXPECT_THAT(s.found("sess_a"), IsEmpty());
}

TEST(RealtimeSessions, ComeByTheirOwnIdBeforeTheOnesThatAProviderNamesSo) {
  Sessions s;
  auto other = session("sess_b");
  other.provider_session_id = "sess_a";
  s.save(other);
  s.save(session("sess_a"));

  EXPECT_THAT(s.found("sess_a"), ElementsAre("sess_a", "sess_b"));
}

TEST(RealtimeSessions, KeepWhatWasKnownOfThemAndNeverComeBack) {
  Sessions s;
  auto one = session("sess_a", 7);
  one.provider_session_id = "sess_theirs";
  s.save(one);
  s.save(ended(session("sess_a", 8), 1001));
  s.save(session("sess_a", 9));

  const auto all = list_sessions(*s.connection, {"t1", "", 10});

  ASSERT_EQ(all->size(), 1u);
  const auto& kept = all->front();
  EXPECT_EQ(kept.state, SessionState::ended);
  EXPECT_EQ(kept.provider_session_id, "sess_theirs");
  EXPECT_EQ(kept.created_at_ms, 7);
  EXPECT_EQ(kept.ended_at_ms, 99);
  EXPECT_EQ(kept.close_code, 1001);
  EXPECT_EQ(kept.registry_version, "1.0.abcdef01");
}

TEST(RealtimeSessions, OfAProcessThatIsGoneEndAtTheNextStart) {
  Sessions s;
  s.save(session("sess_a"));
  s.save(session("sess_b"));
  s.save(ended(session("sess_c"), 1000));

  const auto count = end_live_sessions(*s.connection, 50);

  EXPECT_EQ(*count, 2u);
  const auto all = list_sessions(*s.connection, {"t1", "ended", 10});
  ASSERT_EQ(all->size(), 3u);
  for (const auto& one : *all) {
    const bool was_closed = one.id == "sess_c";
    EXPECT_EQ(one.ended_at_ms, was_closed ? 99 : 50) << one.id;
    EXPECT_EQ(one.close_code, was_closed ? 1000 : 0) << one.id;
  }
}

TEST(RealtimeSessions, AreListedOfOneTenantLiveFirstNewestFirst) {
  Sessions s;
  s.save(session("sess_old", 1));
  s.save(session("sess_new", 3));
  s.save(ended(session("sess_gone", 4)));
  s.save(ended(session("sess_past", 2)));
  s.save(session("sess_foreign", 5, "t2"));

  EXPECT_THAT(s.listed({"t1", "", 10}),
              ElementsAre("sess_new", "sess_old", "sess_gone", "sess_past"));
  EXPECT_THAT(s.listed({"t1", "live", 10}), ElementsAre("sess_new", "sess_old"));
  EXPECT_THAT(s.listed({"t1", "ended", 1}), ElementsAre("sess_gone"));
  EXPECT_THAT(s.listed({"t2", "", 10}), ElementsAre("sess_foreign"));
}

}  // namespace
}  // namespace callosum::storage
