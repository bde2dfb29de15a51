#include "storage/connected_accounts.hpp"

#include <gmock/gmock.h>

#include "real_world.hpp"
#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kNow = 1'700'000'000'000;

struct Rows {
  Rows() {
    EXPECT_TRUE(Database::open({.path = path, .readers = 1}));
    connection = std::move(*sqlite::Connection::open({.path = path}));
  }
  static ConnectedAccount account(const std::string& email = "john@work.example") {
    ConnectedAccount out;
    out.key = {"t1", "ada", "google", email};
    out.scopes = "openid email";
    out.access_token = "sealed-access";
    out.refresh_token = "sealed-refresh";
    out.expires_at_ms = kNow + 3600;
    out.renew_at_ms = kNow + 3000;
    out.changed_at_ms = kNow;
    return out;
  }
  ConnectedAccount saved(const ConnectedAccount& wanted = account()) {
    EXPECT_TRUE(save_account(*connection, wanted));
    return find(wanted.key).value();
  }
  std::optional<ConnectedAccount> find(const AccountKey& key = account().key) {
    return find_account(*connection, key).value();
  }
  std::vector<std::string> emails(std::string_view tenant, std::string_view subject) {
    std::vector<std::string> out;
    const auto rows = list_accounts(*connection, tenant, subject).value();
    for (const auto& row : rows) out.push_back(row.key.email);
    return out;
  }
  static SignIn sign_in(const std::string& hash) {
    SignIn out;
    out.state_hash = hash;
    out.service = "google";
    out.tenant_id = "t1";
    out.subject = "ada";
    out.verifier = "sealed";
    out.redirect_uri = "https://voice.example/back";
    out.expires_at_ms = kNow + 600'000;
    return out;
  }

  testing::TempFolder folder;
  std::filesystem::path path = folder.path() / "a.db";
  std::unique_ptr<sqlite::Connection> connection;
};

TEST(ConnectedAccounts, AreTheirOwnersAndNobodyElses) {
  Rows rows;
  rows.saved();
  rows.saved(Rows::account("john@home.example"));

  EXPECT_THAT(rows.emails("t1", "ada"), ElementsAre("john@home.example", "john@work.example"));
  EXPECT_THAT(rows.emails("t2", "ada"), IsEmpty());
  EXPECT_THAT(rows.emails("t1", "eve"), IsEmpty());
  EXPECT_FALSE(rows.find({"t1", "eve", "google", "john@work.example"}));
  EXPECT_EQ(rows.find()->refresh_token, "sealed-refresh");
  EXPECT_EQ(rows.find()->renew_at_ms, kNow + 3000);
}

TEST(ConnectedAccounts, TakeNewTokensOnlyForTheOnesTheyReplace) {
  Rows rows;
  auto first = rows.saved();
  auto renewed = first;
  renewed.access_token = "sealed-second";

  EXPECT_TRUE(renew_account(*rows.connection, renewed).value());
  EXPECT_FALSE(renew_account(*rows.connection, first).value());
  EXPECT_FALSE(revoke_account(*rows.connection, first).value());

  EXPECT_EQ(rows.find()->access_token, "sealed-second");
  EXPECT_EQ(rows.find()->state, AccountState::connected);
}

TEST(ConnectedAccounts, ThatAreConnectedAgainAreNotEndedByWhatWasBefore) {
  Rows rows;
  const auto before = rows.saved();
  EXPECT_TRUE(remove_account(*rows.connection, before.key).value());
  auto again = Rows::account();
  again.changed_at_ms = kNow + 1;
  rows.saved(again);

  EXPECT_FALSE(revoke_account(*rows.connection, before).value());

  EXPECT_EQ(rows.find()->state, AccountState::connected);
}

TEST(ConnectedAccounts, LoseTheirTokensWhenTheyAreRevoked) {
  Rows rows;
  const auto account = rows.saved();

  EXPECT_TRUE(revoke_account(*rows.connection, account).value());

  EXPECT_EQ(rows.find()->state, AccountState::revoked);
  EXPECT_EQ(rows.find()->access_token + rows.find()->refresh_token, "");
  EXPECT_EQ(rows.saved().state, AccountState::connected);
}

TEST(ConnectedAccounts, AreNotWithoutEnd) {
  Rows rows;
  for (std::int64_t i = 0; i < kMaxAccounts; ++i) {
    rows.saved(Rows::account(std::to_string(i) + "@work.example"));
  }

  const auto one_more = save_account(*rows.connection, Rows::account("more@work.example"));

  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.error().type, ErrorType::conflict);
  EXPECT_TRUE(save_account(*rows.connection, Rows::account("0@work.example")));
}

TEST(SignIns, AreTakenOnceByTheirServiceInTime) {
  Rows rows;
  ASSERT_TRUE(add_sign_in(*rows.connection, Rows::sign_in("a"), kNow));

  EXPECT_FALSE(take_sign_in(*rows.connection, "other", "a", kNow));
  EXPECT_FALSE(take_sign_in(*rows.connection, "google", "b", kNow));
  EXPECT_FALSE(find_sign_in(*rows.connection, "google", "a", kNow + 600'000));
  EXPECT_EQ(find_sign_in(*rows.connection, "google", "a", kNow)->subject, "ada");
  EXPECT_EQ(take_sign_in(*rows.connection, "google", "a", kNow + 599'999)->verifier, "sealed");

  const auto again = take_sign_in(*rows.connection, "google", "a", kNow);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().type, ErrorType::not_found);
}

TEST(SignIns, OfOnePersonAreFewAndOldOnesGo) {
  Rows rows;
  for (std::int64_t i = 0; i < kMaxSignIns + 1; ++i) {
    auto one = Rows::sign_in("s" + std::to_string(i));
    one.expires_at_ms += i;
    ASSERT_TRUE(add_sign_in(*rows.connection, one, kNow));
  }
  EXPECT_FALSE(find_sign_in(*rows.connection, "google", "s0", kNow));
  EXPECT_TRUE(find_sign_in(*rows.connection, "google", "s1", kNow));

  ASSERT_TRUE(add_sign_in(*rows.connection, Rows::sign_in("later"), kNow + 700'000));

  const auto left = rows.connection->query("SELECT state_hash FROM account_sign_ins");
  EXPECT_EQ(left->size(), 1u);
}

}  // namespace
}  // namespace callosum::storage
