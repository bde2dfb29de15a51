// Which tools a conversation has at hand: modes, accounts, narrowing, the budget of a list, search.
#include <gtest/gtest.h>

#include "load_world.hpp"
#include "real_world.hpp"

namespace callosum::session {
namespace {

using testing::LoadWorld;

std::string names(const boost::json::object& answer) {
  std::string out;
  for (const auto& hit : answer.at("tools").as_array()) {
    out += std::string(hit.at("tool").as_string()) + (hit.at("loaded").as_bool() ? "+ " : "- ");
  }
  return out;
}

struct SearchWorld : LoadWorld {
  Result<boost::json::object> search(const std::string& query, std::size_t limit = 5) {
    const auto asking = context();
    return world.run(book->search_tools(asking, query, limit, world.in(std::chrono::seconds(5))));
  }

  testing::RealWorld world;
};

TEST(LoadBook, BeginsWithExactlyWhatChangesTheModeAndTheAccount) {
  LoadWorld w;
  const auto set = w.begin();

  EXPECT_EQ(w.loaded(), "select_account set_mode");
  EXPECT_EQ(set->epoch, 1u);
  EXPECT_EQ(set->mode, "");
  EXPECT_EQ(set->account, "john@example.com");  // there is only one
}

TEST(LoadBook, HasTheToolsOfTheModeThoseOfEveryModeAndTheMetaToolsThatThePackAsksFor) {
  LoadWorld w;
  w.begin();

  EXPECT_EQ(w.set_mode("todo"), "ok");
  EXPECT_EQ(w.loaded(),
            "add_todo end_session list_todo search_tools select_account set_mode tell_time");
  EXPECT_EQ(w.set_mode("email"), "ok");
  EXPECT_EQ(w.loaded(),
            "end_session find_mail read_mail search_tools select_account set_mode tell_time");
  EXPECT_EQ(w.book->current("sess_1")->epoch, 3u);
  EXPECT_EQ(w.watcher.told, (std::vector<std::string>{"sess_1", "sess_1"}));
}

TEST(LoadBook, KnowsAFewEarlierSetsUntilSomethingIsTakenFromTheUser) {
  LoadWorld w;
  w.begin();
  w.set_mode("email");  // epoch 2
  w.set_mode("todo");

  ASSERT_TRUE(w.book->at("sess_1", 2));
  EXPECT_TRUE(w.book->at("sess_1", 2)->tools->contains("find_mail"));
  EXPECT_EQ(w.book->at("sess_1", 3), w.book->current("sess_1"));
  EXPECT_FALSE(w.book->at("sess_1", 4));
  EXPECT_FALSE(w.book->at("sess_2", 2));

  // What is loaded now stays as it is, and yet the earlier set is not theirs any more.
  w.book->set_modes(w.ground.tenant_id, w.ground.subject, ToolNames{"todo"});
  EXPECT_FALSE(w.book->at("sess_1", 2));
  EXPECT_TRUE(w.book->at("sess_1", 3));

  for (int i = 0; i < 8; ++i) {
    (void)w.book->change("sess_1", {.mode = std::nullopt, .only = std::vector<std::string>{}});
    (void)w.book->change("sess_1", {.mode = "todo", .only = {}});
  }
  const auto epoch = w.book->current("sess_1")->epoch;
  EXPECT_TRUE(w.book->at("sess_1", epoch - 4));
  EXPECT_FALSE(w.book->at("sess_1", epoch - 5));
}

TEST(LoadBook, MakesNoEpochOfWhatChangesNothing) {
  LoadWorld w;
  w.begin();
  w.set_mode("todo");
  const auto before = w.book->current("sess_1");

  EXPECT_EQ(w.set_mode("todo"), "ok");

  EXPECT_EQ(w.book->current("sess_1"), before);
  EXPECT_EQ(w.watcher.told.size(), 1u);
}

TEST(LoadBook, EntersNoModeThatIsNotThisUsers) {
  LoadWorld w;
  w.ground.modes = ToolNames{"todo"};
  w.begin();

  EXPECT_EQ(w.set_mode("todo"), "ok");
  EXPECT_EQ(w.set_mode("email"), "FORBIDDEN");
  EXPECT_EQ(w.set_mode("vault"), "FORBIDDEN");
  EXPECT_EQ(w.set_mode("kitchen"), "VALIDATION");
  EXPECT_EQ(w.book->current("sess_1")->mode, "todo");
}

TEST(LoadBook, AsksForRoleAssuranceAndWhereAModeIsEnteredFrom) {
  LoadWorld w;
  w.ground.roles = {"owner"};
  w.begin();

  EXPECT_EQ(w.set_mode("vault"), "FORBIDDEN");  // not known well enough
  EXPECT_EQ(w.set_mode("archive"), "NOT_LOADED");
  EXPECT_EQ(w.set_mode("email"), "ok");
  EXPECT_EQ(w.set_mode("archive"), "ok");

  w.ground.assurance = registry::Assurance::verified;
  w.begin();
  EXPECT_EQ(w.set_mode("vault"), "ok");
}

TEST(LoadBook, NeedsAnAccountForWhatActsInOne) {
  LoadWorld w;
  w.ground.accounts.clear();
  w.begin();
  const auto none = w.book->set_mode(w.context(), "email");
  EXPECT_EQ(none.error().message, "email needs a google account; connect one first");

  w.ground.accounts = {{"google", "john@example.com"}, {"google", "john@work.example"}};
  w.begin();
  const auto which = w.book->set_mode(w.context(), "email");
  EXPECT_EQ(which.error().message,
            "which account? There are john@example.com and john@work.example; select one first");
  EXPECT_TRUE(w.book->select_account(w.context(), "work").has_value());
  EXPECT_EQ(w.set_mode("email"), "ok");
  EXPECT_EQ(w.book->current("sess_1")->account, "john@work.example");
}

TEST(LoadBook, TakesAnAccountByAPartOfItsAddressWhereThatIsOfOne) {
  LoadWorld w;
  w.ground.accounts = {{"google", "john@example.com"}, {"google", "john@work.example"}};
  w.begin();
  const auto ask = [&](const char* wanted) {
    const auto answer = w.book->select_account(w.context(), wanted);
    return answer ? "ok" : std::string(to_string(answer.error().type));
  };

  EXPECT_EQ(ask("john"), "VALIDATION");
  EXPECT_EQ(ask("mary"), "NOT_FOUND");
  EXPECT_EQ(ask("JOHN@Example.com"), "ok");
  EXPECT_EQ(ask("WORK"), "ok");
}

TEST(LoadBook, TakesTheToolsOfAnAccountAwayWithIt) {
  LoadWorld w;
  w.begin();
  w.set_mode("email");

  w.book->set_accounts("tenant-a", "somebody-else", {});
  EXPECT_NE(w.loaded().find("find_mail"), std::string::npos);
  w.book->set_accounts("tenant-a", "user-1", {});

  EXPECT_EQ(w.loaded(), "end_session search_tools select_account set_mode tell_time");
  EXPECT_EQ(w.book->current("sess_1")->account, "");
}

TEST(LoadBook, ForgetsEarlierEpochsWhereSomethingOfTheUserIsAnotherAndNowhereElse) {
  LoadWorld w;
  const auto first = w.begin()->epoch;
  w.set_mode("todo");

  w.book->set_accounts("tenant-a", "user-1", w.ground.accounts);  // another device begins
  w.book->set_modes("tenant-a", "user-1", std::nullopt);
  EXPECT_TRUE(w.book->at("sess_1", first));
  w.book->set_modes("tenant-a", "user-1", ToolNames{"todo"});
  EXPECT_FALSE(w.book->at("sess_1", first));
}

TEST(LoadBook, PutsNoAccountInThePlaceOfTheOneThatWasChosen) {
  LoadWorld w;
  w.ground.accounts = {{"google", "john@example.com"}, {"google", "john@work.example"}};
  w.begin();
  ASSERT_TRUE(w.book->select_account(w.context(), "work"));
  w.set_mode("email");

  w.book->set_accounts("tenant-a", "user-1", {{"google", "john@example.com"}});

  EXPECT_EQ(w.book->current("sess_1")->account, "");
  EXPECT_EQ(w.loaded().find("find_mail"), std::string::npos);
  LoadWish before;  // of a session that is gone on with
  before.account = "gone@example.com";
  w.ground.accounts = {{"google", "john@example.com"}};
  EXPECT_EQ(w.begin(before)->account, "");
  ASSERT_TRUE(w.book->select_account(w.context(), "john@example.com"));
  EXPECT_EQ(w.book->current("sess_1")->account, "john@example.com");
}

TEST(LoadBook, IsHeldByOneConnectionAtATime) {
  LoadWorld w;
  const auto first = w.book->hold(w.ground, {}, 0);
  ASSERT_TRUE(first);
  const auto second = w.book->hold(w.ground, {}, 0);
  EXPECT_EQ(to_string(second.error().type), "CONFLICT");
  w.set_mode("todo");

  w.book->let_go("sess_1", first->holder + 1);  // somebody else's word
  EXPECT_TRUE(w.book->is_held("sess_1"));
  w.book->let_go("sess_1", first->holder);
  EXPECT_FALSE(w.book->is_held("sess_1"));
}

TEST(LoadBook, GoesOnAsItIsWhereItIsHeldLater) {
  LoadWorld w;
  w.begin();
  w.set_mode("todo");  // by a program, before anybody talks

  const auto held = w.book->hold(w.ground, {}, 0);

  ASSERT_TRUE(held);
  EXPECT_EQ(held->set->mode, "todo");
  EXPECT_EQ(held->set->epoch, 3u);
}

TEST(LoadBook, LeavesAModeThatTheUserMayNoLongerBeIn) {
  LoadWorld w;
  w.begin();
  w.set_mode("email");

  w.book->set_modes("tenant-a", "user-1", ToolNames{"todo"});

  EXPECT_EQ(w.loaded(), "select_account set_mode");
}

TEST(LoadBook, NarrowsToWhatAProgramAsksForAndNeverWidens) {
  LoadWorld w;
  w.begin();
  w.set_mode("todo");

  const auto narrowed = w.book->change("sess_1", {.mode = {}, .only = {{"list_todo"}}});
  ASSERT_TRUE(narrowed);
  EXPECT_EQ(w.loaded(), "end_session list_todo search_tools select_account set_mode");
  const auto refused = w.book->change("sess_1", {.mode = {}, .only = {{"list_todo", "find_mail"}}});
  EXPECT_EQ(to_string(refused.error().type), "VALIDATION");
  EXPECT_EQ(w.loaded(), "end_session list_todo search_tools select_account set_mode");
  EXPECT_FALSE(w.book->change("sess_2", {.mode = "todo", .only = {}}));
  w.set_mode("email");  // what was asked for was asked of the mode before
  EXPECT_NE(w.loaded().find("find_mail read_mail"), std::string::npos);
  w.set_mode("todo");  // and the model does not undo it
  EXPECT_EQ(w.loaded(), "end_session list_todo search_tools select_account set_mode");
  ASSERT_TRUE(w.book->change("sess_1", {.mode = "todo", .only = {}}));
  EXPECT_NE(w.loaded().find("add_todo"), std::string::npos);
}

TEST(LoadBook, LeavesOutWhatWasNotUsedForLongestWhereTheListIsFull) {
  SearchWorld w;
  const auto tokens = [&](const char* name) { return w.snapshot->find(name)->list_tokens; };
  w.ground.most_tokens = tokens("add_todo") + tokens("tell_time");
  w.begin();
  w.set_mode("todo");
  EXPECT_EQ(w.loaded().find("tell_time"), std::string::npos);  // the last of the pack

  w.book->touch("sess_1", "list_todo");
  const auto found = w.search("time");

  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(names(*found), "tell_time+ ");
  EXPECT_EQ(w.loaded(), "end_session list_todo search_tools select_account set_mode tell_time");
}

TEST(LoadBook, FindsToolsByNameSummaryArgumentAndPhraseAndSaysWhereTheyAre) {
  SearchWorld w;
  w.begin();
  w.set_mode("todo");

  EXPECT_EQ(names(*w.search("groceries")), "list_todo+ ");
  EXPECT_EQ(names(*w.search("aloud message")), "read_mail- ");
  EXPECT_EQ(w.search("aloud")->at("tools").at(0).at("mode").as_string(), "email");
  EXPECT_EQ(names(*w.search("item")), "add_todo+ ");
  EXPECT_EQ(names(*w.search("mail", 1)), "find_mail- ");
  EXPECT_EQ(names(*w.search("\" OR * NEAR( ; DROP TABLE tools")), "");
  EXPECT_EQ(names(*w.search("!!!")), "");
}

TEST(LoadBook, FindsAndDescribesNothingThatTheUserCouldNotLoad) {
  SearchWorld w;
  w.ground.modes = ToolNames{"todo"};
  w.begin();

  EXPECT_EQ(names(*w.search("mail")), "");
  const auto theirs = w.book->describe_tool(w.context(), "add_todo");
  const auto not_theirs = w.book->describe_tool(w.context(), "find_mail");
  const auto nobodys = w.book->describe_tool(w.context(), "find_gold");
  ASSERT_TRUE(theirs);
  EXPECT_TRUE(theirs->at("arguments").as_object().contains("properties"));
  EXPECT_EQ(to_string(not_theirs.error().type), "NOT_FOUND");
  EXPECT_EQ(to_string(nobodys.error().type), "NOT_FOUND");
}

TEST(LoadBook, CarriesTheOthersWhereTheListIsFrozen) {
  LoadWorld w;
  w.ground.is_frozen = true;
  w.begin();

  EXPECT_EQ(w.loaded(), "describe_tool run_tool search_tools select_account set_mode");
  w.ground.most_tokens = 1;  // of a list that none of them stands in
  w.begin();
  w.set_mode("todo");
  EXPECT_NE(w.loaded().find("add_todo"), std::string::npos);
  EXPECT_NE(w.loaded().find("list_todo"), std::string::npos);
}

TEST(LoadBook, GoesOnWhereARowSaysThatItWas) {
  LoadWorld w;
  w.begin();
  w.set_mode("todo");
  w.book->change("sess_1", {.mode = {}, .only = {{"add_todo"}}});
  storage::RealtimeSession row;
  write_loaded(row, *w.book->current("sess_1"));
  const auto held = w.book->hold(w.ground, {}, 0);
  ASSERT_TRUE(held);
  w.book->let_go("sess_1", held->holder);
  EXPECT_EQ(w.loaded(), "(none)");

  const auto set = w.begin(wish_of(row), row.epoch);

  EXPECT_EQ(w.loaded(), "add_todo end_session search_tools select_account set_mode");
  EXPECT_EQ(set->epoch, row.epoch + 1);
  w.ground.modes = ToolNames{"email"};  // taken away meanwhile
  w.begin(wish_of(row), row.epoch);
  EXPECT_EQ(w.loaded(), "select_account set_mode");
}

TEST(LoadBook, EndsWhatWasMadeAndNeverHeldByAnybody) {
  LoadWorld w;
  struct Rows final : SessionRecords {
    void note(storage::RealtimeSession session) override { all.push_back(std::move(session)); }
    std::vector<storage::RealtimeSession> all;
  } rows;
  w.book->keep_records(&rows);
  const auto make = [&](const std::string& id, std::int64_t at_ms, const std::string& subject) {
    w.ground.session_id = id;
    storage::RealtimeSession row;
    row.id = id;
    row.subject = subject;
    row.created_at_ms = at_ms;
    w.book->begin(w.ground, {}, 0, row);
  };
  make("sess_old", 0, "ada");
  make("sess_held", 0, "ada");
  ASSERT_TRUE(w.book->hold(w.ground, {}, 0));
  make("sess_new", 7'200'001, "ben");
  EXPECT_EQ(w.book->current("sess_old"), nullptr);
  EXPECT_NE(w.book->current("sess_held"), nullptr);
  EXPECT_EQ(rows.all.back().id, "sess_new");
  EXPECT_EQ(rows.all[rows.all.size() - 2].state, storage::SessionState::ended);

  for (int i = 0; i < 300; ++i) make("sess_" + std::to_string(i), 7'200'100 + i, "eve");
  EXPECT_EQ(w.book->current("sess_0"), nullptr);  // the oldest make room
  EXPECT_NE(w.book->current("sess_new"), nullptr);
  EXPECT_LT(w.book->size(), 262u);
}

TEST(LoadBook, KnowsNothingOfConversationsWhosePacksDoNotGateByMode) {
  LoadWorld w;
  w.ground.off.insert("helper");
  EXPECT_EQ(w.begin(), nullptr);
  EXPECT_EQ(w.set_mode("todo"), "SESSION_INACTIVE");
}

}  // namespace
}  // namespace callosum::session
