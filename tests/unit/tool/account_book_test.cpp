#include "tool/account/account_book.hpp"

#include "account_fixture.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::tool::account {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kNoLonger =
    "Your Acme account is no longer connected; connect it again to go on.";

TEST(AccountBook, GivesATokenThatIsGoodWithoutAskingTheService) {
  AccountWorld world;
  world.connect();

  EXPECT_EQ(world.token(), "access-0");
  EXPECT_EQ(world.token(AccountWorld::context("John@Work.example")), "access-0");

  EXPECT_EQ(world.refreshes(), 0u);
}

TEST(AccountBook, RefreshesOnceForTenCallersOnThreadsOfTheirOwn) {
  AccountWorld world;
  world.connect();
  world.time.turn(3601s);
  world.server.delay_ms = 300;

  std::vector<std::string> tokens(10);
  std::vector<std::thread> callers;
  for (auto& token : tokens) {
    callers.emplace_back([&world, &token] {
      callosum::testing::RealWorld own;
      const auto got = own.run(world.book->token_for(AccountWorld::context(), "acme", own.in(10s)));
      token = got ? got->reveal() : got.error().message;
    });
  }
  for (auto& caller : callers) caller.join();

  EXPECT_THAT(tokens, ::testing::Each("access-1"));
  ASSERT_EQ(world.refreshes(), 1u);
  EXPECT_EQ(world.server.forms("/token").front(),
            "client_id=client-1&client_secret=very-secret&grant_type=refresh_token&"
            "refresh_token=refresh-1");
  EXPECT_EQ(world.token(), "access-1");  // on disk
  EXPECT_EQ(world.refreshes(), 1u);
}

TEST(AccountBook, KeepsARefreshTokenUntilTheServiceGivesAnother) {
  AccountWorld world;
  world.connect();
  world.time.turn(3601s);
  world.token();
  world.server.say({{"refresh_token", "refresh-2"}});
  world.time.turn(3601s);
  world.token();
  world.time.turn(3601s);
  world.token();

  const auto forms = world.server.forms("/token");
  ASSERT_EQ(forms.size(), 3u);
  EXPECT_THAT(forms[1], HasSubstr("refresh_token=refresh-1"));
  EXPECT_THAT(forms[2], HasSubstr("refresh_token=refresh-2"));
}

TEST(AccountBook, RefreshesALittleBeforeTheEndAndDoesWithoutWhileItCan) {
  AccountWorld world;
  world.connect(3600s);
  world.server.manner = TokenServer::Manner::is_busy;
  world.time.turn(3530s);
  EXPECT_EQ(world.token(), "access-0");
  EXPECT_EQ(world.refreshes(), 0u);

  world.time.turn(20s);
  EXPECT_EQ(world.token(), "access-0");
  EXPECT_EQ(world.refreshes(), 1u);

  world.time.turn(60s);
  EXPECT_EQ(world.token(), "TRANSIENT");
}

TEST(AccountBook, MarksNothingWhereTheServiceCannotAnswer) {
  AccountWorld world;
  world.connect();
  world.watcher.told.clear();
  world.time.turn(3601s);

  using Manner = TokenServer::Manner;
  for (const auto& [manner, type] :
       {std::pair{Manner::is_busy, "TRANSIENT"}, std::pair{Manner::is_unreadable, "TRANSIENT"},
        std::pair{Manner::knows_no_client, "PERMANENT"}}) {
    world.server.manner = manner;
    EXPECT_EQ(world.token(), type);
    EXPECT_EQ(world.row().state, storage::AccountState::connected);
  }

  EXPECT_TRUE(world.watcher.told.empty());
  world.server.manner = Manner::gives;
  EXPECT_EQ(world.token().substr(0, 7), "access-");
}

TEST(AccountBook, SaysSoWhereTheServiceNoLongerHonoursItAndForGood) {
  AccountWorld world;
  world.connect();
  world.watcher.told.clear();
  world.time.turn(3601s);
  world.server.manner = TokenServer::Manner::refuses;

  const auto refused = world.ask(AccountWorld::context());

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().type, ErrorType::auth);
  EXPECT_EQ(refused.error().message, kNoLonger);
  EXPECT_EQ(refused.error().say, kNoLonger);
  EXPECT_THAT(refused.error().detail, Not(HasSubstr("refresh-1")));
  EXPECT_THAT(world.watcher.told, ElementsAre("t1 ada"));
  EXPECT_EQ(world.row().state, storage::AccountState::revoked);
  EXPECT_EQ(world.row().refresh_token, "");
  EXPECT_TRUE(world.world.run(world.book->connected("t1", "ada", world.world.in(5s)))->empty());
  world.server.manner = TokenServer::Manner::gives;
  world.open();
  EXPECT_EQ(world.ask(AccountWorld::context()).error().message, kNoLonger);
  EXPECT_EQ(world.refreshes(), 1u);
}

TEST(AccountBook, FetchesAnotherTokenOnceWhereOneWasRefused) {
  AccountWorld world;
  world.connect();
  const auto context = AccountWorld::context();

  world.book->on_refused(context, "acme", Secret("access-0"));
  EXPECT_EQ(world.token(), "access-1");
  world.book->on_refused(context, "acme", Secret("access-0"));  // by a call that was under way
  EXPECT_EQ(world.token(), "access-1");
  world.book->on_refused(context, "acme", Secret("access-1"));  // it refuses whatever it gives
  EXPECT_EQ(world.token(), "access-1");

  EXPECT_EQ(world.refreshes(), 1u);
}

TEST(AccountBook, EndsARefreshThatNobodyWaitsForAnyMore) {
  AccountWorld world;
  world.connect();
  world.time.turn(3601s);
  world.server.delay_ms = 200;

  EXPECT_EQ(world.ask(AccountWorld::context(), 20ms).error().type, ErrorType::timeout);

  EXPECT_EQ(world.token(), "access-1");
  EXPECT_EQ(world.refreshes(), 1u);
}

TEST(AccountBook, AnswersThoseWhoWaitForARefreshThatBroke) {
  AccountWorld world;
  world.connect();
  world.time.turn(3601s);

  world.random.is_broken = true;
  EXPECT_EQ(world.token(), "INTERNAL");
  world.random.is_broken = false;

  EXPECT_EQ(world.token(), "access-2");
}

TEST(AccountBook, FetchesAnotherTokenAgainWhereTheLastOneCouldNotBeStored) {
  AccountWorld world;
  world.connect();
  world.book->on_refused(AccountWorld::context(), "acme", Secret("access-0"));
  world.change(
      "CREATE TRIGGER full BEFORE UPDATE ON connected_accounts BEGIN SELECT RAISE(FAIL, 'full'); "
      "END");

  EXPECT_EQ(world.token(), "access-1");
  EXPECT_THAT(world.log.last("account_not_kept"),
              HasSubstr("tenant_id=t1 subject=ada service=acme"));
  world.change("DROP TRIGGER full");

  EXPECT_EQ(world.token(), "access-2");  // on disk is still the one that was refused
  EXPECT_EQ(world.token(), "access-2");
  EXPECT_EQ(world.refreshes(), 2u);
}

TEST(AccountBook, GivesNobodyTheTokenOfAnother) {
  AccountWorld world;
  world.connect();
  auto elsewhere = AccountWorld::context();
  elsewhere.tenant_id = "t2";

  for (const auto& context :
       {AccountWorld::context("john@work.example", "eve"), elsewhere,
        AccountWorld::context("john@home.example"), AccountWorld::context("")}) {
    const auto refused = world.ask(context);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().type, ErrorType::auth);
    EXPECT_THAT(refused.error().message, ::testing::EndsWith("."));
  }
  EXPECT_EQ(
      world.world.run(world.book->token_for(AccountWorld::context(), "other", world.world.in(5s)))
          .error()
          .type,
      ErrorType::auth);
}

TEST(AccountBook, KeepsARowThatWasCopiedToAnotherPersonShut) {
  AccountWorld world;
  world.connect();
  world.change(
      "INSERT INTO connected_accounts SELECT tenant_id, 'eve', service, email, scopes, "
      "access_token, refresh_token, expires_at_ms, renew_at_ms, state, revision, "
      "connected_at_ms, changed_at_ms FROM connected_accounts");
  world.change("UPDATE connected_accounts SET refresh_token = access_token WHERE subject = 'ada'");

  EXPECT_EQ(world.token(AccountWorld::context("john@work.example", "eve")), "AUTH");
  world.time.turn(3601s);
  EXPECT_EQ(world.token(), "AUTH");  // the one token for the other
  EXPECT_EQ(world.refreshes(), 0u);
}

TEST(AccountBook, AsksForASignInWhereItsKeyIsAnother) {
  AccountWorld world;
  world.connect();

  world.open(Secret(std::string(63, '0') + "2"));

  EXPECT_EQ(world.ask(AccountWorld::context()).error().message, kNoLonger);
  world.connect();
  EXPECT_EQ(world.token(), "access-0");
}

TEST(AccountBook, SealsAnewWithANewKeyAtTheNextRefresh) {
  AccountWorld world;
  world.connect();
  const Secret before(std::string(63, '0') + "1"), after(std::string(63, '0') + "2");
  world.open(after, before);
  EXPECT_EQ(world.token(), "access-0");
  world.time.turn(3601s);
  EXPECT_EQ(world.token(), "access-1");

  world.open(after);
  EXPECT_EQ(world.token(), "access-1");
  world.time.turn(3601s);
  EXPECT_EQ(world.token(), "access-2");
}

TEST(AccountBook, RevokesWhatIsRemovedAndKeepsItWhereThatFails) {
  AccountWorld world;
  world.connect();
  world.connect(3600s, AccountWorld::key("john@home.example"));
  world.watcher.told.clear();
  const auto remove = [&world](const std::string& email) {
    return world.world.run(world.book->remove(AccountWorld::key(email), world.world.in(10s)));
  };

  world.server.manner = TokenServer::Manner::is_busy;
  EXPECT_EQ(remove("john@work.example").error().type, ErrorType::transient);
  EXPECT_EQ(world.token(), "access-0");
  world.server.manner = TokenServer::Manner::refuses;  // it knows that token no more
  EXPECT_TRUE(remove("John@work.example").value());

  EXPECT_EQ(world.server.forms("/revoke").back(), "token=refresh-1");
  EXPECT_EQ(remove("john@work.example").error().type, ErrorType::not_found);
  EXPECT_EQ(world.token(), "AUTH");
  EXPECT_THAT(world.watcher.told, ElementsAre("t1 ada"));
  EXPECT_EQ(world.world.run(world.book->connected("t1", "ada", world.world.in(5s))).value(),
            (std::vector<AccountName>{{"acme", "john@home.example"}}));
  EXPECT_EQ(world.log.last("account_not_revoked"), "");
}

TEST(AccountBook, SaysSoWhereItForgetsWhatItCouldNotRevoke) {
  AccountWorld world;
  world.connect();
  world.open(Secret(std::string(63, '0') + "2"));

  const auto removed = world.world.run(world.book->remove(AccountWorld::key(), world.world.in(5s)));

  ASSERT_TRUE(removed);
  EXPECT_FALSE(*removed);
  EXPECT_EQ(world.row().key.email, "");
  EXPECT_TRUE(world.server.forms("/revoke").empty());
  EXPECT_EQ(world.log.last("account_not_revoked"),
            "account_not_revoked tenant_id=t1 subject=ada service=acme");
}

TEST(AccountBook, HasNothingToRevokeWhereTheServiceHasEndedItItself) {
  AccountWorld world;
  world.connect();
  world.time.turn(3601s);
  world.server.manner = TokenServer::Manner::refuses;
  EXPECT_EQ(world.token(), "AUTH");

  const auto removed = world.world.run(world.book->remove(AccountWorld::key(), world.world.in(5s)));

  ASSERT_TRUE(removed);
  EXPECT_TRUE(*removed);
  EXPECT_EQ(world.log.last("account_not_revoked"), "");
}

}  // namespace
}  // namespace callosum::tool::account
