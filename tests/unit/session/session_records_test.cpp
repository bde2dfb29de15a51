// What is written down of a conversation, and who finds it.
#include <atomic>
#include <gmock/gmock.h>
#include <thread>

#include "conversation_world.hpp"
#include "real_world.hpp"
#include "session/session_store.hpp"
#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using storage::RealtimeSession;
using storage::SessionState;
using testing::Conversation;
using ::testing::ElementsAre;
using testing::make_tool;

struct MemoryRecords final : SessionRecords {
  void note(RealtimeSession session) override { all.push_back(std::move(session)); }
  std::vector<RealtimeSession> all;
};

TEST(Session, IsWrittenDownWhenItBeginsWhenItsProviderNamesItAndWhenItEnds) {
  MemoryRecords records;
  Conversation c({make_tool("stock")}, {}, &records);
  ASSERT_EQ(records.all.size(), 1u);
  const auto began = records.all[0];

  c.model_says(R"({"type":"session.created","session":{"id":"sess_theirs"}})");
  c.hang_up();
  c.session.reset();

  EXPECT_EQ(began.id, c.w.context().session_id);
  EXPECT_EQ(began.tenant_id, c.w.context().tenant_id);
  EXPECT_EQ(began.subject, c.w.context().subject);
  EXPECT_EQ(began.channel, to_string(c.w.context().channel));
  EXPECT_EQ(began.provider, "fake");
  EXPECT_EQ(began.registry_version, c.w.catalog->snapshot()->version());
  EXPECT_EQ(began.state, SessionState::live);
  ASSERT_EQ(records.all.size(), 3u);
  EXPECT_EQ(records.all[1].provider_session_id, "sess_theirs");
  EXPECT_EQ(records.all[1].state, SessionState::live);
  EXPECT_EQ(records.all[2].state, SessionState::ended);
  EXPECT_GT(records.all[2].ended_at_ms, 0);
}

TEST(Session, IsKnownByTheIdOfTheConnectionThatItHasNow) {
  MemoryRecords records;
  Conversation c({make_tool("stock")}, {}, &records);
  c.model_says(R"({"type":"session.created","session":{"id":"sess_1"}})");
  c.accept_updates(1);
  c.lose_model();
  c.pass(5s);
  ASSERT_EQ(c.models.size(), 2u);

  c.model_says(R"({"type":"session.created","session":{"id":"sess_2"}})");

  EXPECT_EQ(records.all.back().provider_session_id, "sess_2");
  EXPECT_EQ(records.all.front().id, records.all.back().id);
}

TEST(Session, TakesNoIdFromAProviderThatNoSessionCouldHave) {
  MemoryRecords records;
  Conversation c({make_tool("stock")}, {}, &records);

  for (const auto& odd :
       {R"({"type":"session.created","session":{"id":")" + std::string(300, 'x') + R"("}})",
        std::string(R"({"type":"session.created","session":{"id":7}})"),
        std::string(R"({"type":"session.created","session":[]})")}) {
    c.model_says(odd);
  }

  for (const auto& note : records.all) EXPECT_EQ(note.provider_session_id, "");
}

/// Counts what goes wrong.
class CountingLog final : public telemetry::Log {
 public:
  bool is_on(telemetry::LogLevel level) const noexcept override {
    return level == telemetry::LogLevel::error;
  }
  std::atomic<int> errors{0};

 protected:
  void write(telemetry::LogLevel, std::string_view, telemetry::LogFields) noexcept override {
    ++errors;
  }
};

struct Store {
  Store() {
    database = storage::Database::open({.path = file(), .readers = 1}).value();
    store = SessionStore::open(*database, log).value();
  }
  std::filesystem::path file() const { return folder.path() / "gateway.db"; }
  void note(std::string id, SessionState state = SessionState::live, std::string theirs = "") {
    RealtimeSession session;
    session.id = std::move(id);
    session.provider_session_id = std::move(theirs);
    session.tenant_id = "t1";
    session.subject = "ada";
    session.channel = "voice";
    session.state = state;
    session.created_at_ms = 1;
    store->note(std::move(session));
  }
  /// The id of the session that is found; "" for none.
  std::string found(const std::string& id, const std::string& subject = "ada") {
    const auto one = world.run(store->find_live(id, subject, world.in(10s)));
    EXPECT_TRUE(one);
    return one && *one ? (*one)->id : "";
  }
  /// Ends the store, which writes what waits, and starts another.
  void restart() {
    store.reset();
    store = SessionStore::open(*database, log).value();
  }

  testing::RealWorld world;
  testing::TempFolder folder;
  CountingLog log;
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<SessionStore> store;
};

TEST(SessionStore, KnowsASessionFromTheMomentItIsToldOfItAndFromTheDiskAsWell) {
  Store s;
  s.note("sess_a", SessionState::live, "sess_theirs");
  EXPECT_EQ(s.found("sess_a"), "sess_a");
  EXPECT_EQ(s.found("sess_theirs"), "sess_a");

  s.restart();

  EXPECT_EQ(s.found("sess_a"), "sess_a");
  EXPECT_EQ(s.found("sess_theirs"), "sess_a");
}

TEST(SessionStore, ForgetsASessionFromTheMomentThatItEnds) {
  Store s;
  s.note("sess_a", SessionState::live, "sess_theirs");
  s.note("sess_b");
  s.restart();

  s.note("sess_a", SessionState::ended);

  EXPECT_EQ(s.found("sess_a"), "");
  EXPECT_EQ(s.found("sess_theirs"), "");
  EXPECT_EQ(s.found("sess_b"), "sess_b");
  s.restart();
  EXPECT_EQ(s.found("sess_a"), "");
}

TEST(SessionStore, FindsNobodyElsesSessionAndNoneThatNeverWas) {
  Store s;
  s.note("sess_a", SessionState::live, "sess_theirs");

  for (const auto* id : {"sess_a", "sess_theirs"}) EXPECT_EQ(s.found(id, "eve"), "") << id;
  for (const std::string& id : {std::string(), std::string("sess_x"), std::string(100'000, 'x')}) {
    EXPECT_EQ(s.found(id), "");
  }
  s.restart();
  for (const auto* id : {"sess_a", "sess_theirs"}) EXPECT_EQ(s.found(id, "eve"), "") << id;
}

TEST(SessionStore, TakesTheProvidersIdOfTwoSessionsForNeither) {
  Store s;
  s.note("sess_a", SessionState::live, "sess_theirs");
  s.restart();
  s.note("sess_b", SessionState::live, "sess_theirs");
  EXPECT_EQ(s.found("sess_theirs"), "");

  s.note("sess_b", SessionState::ended);

  EXPECT_EQ(s.found("sess_theirs"), "sess_a");
}

TEST(SessionStore, ServesOnWhileTheDiskTakesNothingAndWritesWhenItDoes) {
  Store s;
  const auto other = storage::sqlite::Connection::open({.path = s.file()}).value();
  ASSERT_TRUE(
      other->execute("ALTER TABLE realtime_sessions RENAME TO elsewhere;"
                     "CREATE TABLE realtime_sessions (id TEXT PRIMARY KEY, subject, state,"
                     " provider_session_id, other NOT NULL)"));
  s.note("sess_a");
  s.note("sess_b");
  s.note("sess_b", SessionState::ended);
  const auto give_up = s.world.in(10s);
  do {
    EXPECT_EQ(s.found("sess_a"), "sess_a");
    EXPECT_EQ(s.found("sess_b"), "");
  } while (s.log.errors == 0 && !give_up.passed());
  EXPECT_GT(s.log.errors, 0);

  ASSERT_TRUE(
      other->execute("DROP TABLE realtime_sessions;"
                     "ALTER TABLE elsewhere RENAME TO realtime_sessions"));
  s.restart();

  EXPECT_EQ(s.found("sess_a"), "sess_a");
  EXPECT_EQ(s.found("sess_b"), "");
}

TEST(SessionStore, TakesNotesFromManyThreadsAtOnce) {
  Store s;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&s, t] {
      for (int i = 0; i < 200; ++i) {
        const auto id = "sess_" + std::to_string(t) + "_" + std::to_string(i);
        s.note(id);
        s.note(id, SessionState::live, id + "_theirs");
        if (i % 2 == 1) s.note(id, SessionState::ended);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  s.restart();

  EXPECT_EQ(s.found("sess_3_198_theirs"), "sess_3_198");
  EXPECT_EQ(s.found("sess_3_199"), "");
  const auto rows = s.world.run(s.database->read<json::array>(
      s.world.in(10s), [](storage::sqlite::Connection& c) -> Result<json::array> {
        return c.query("SELECT count(*) AS n, sum(state = 'live') AS live FROM realtime_sessions");
      }));
  EXPECT_EQ(rows->front().at("n"), 800);
  EXPECT_EQ(rows->front().at("live"), 400);
}

}  // namespace
}  // namespace callosum::session
