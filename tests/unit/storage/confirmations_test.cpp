#include "storage/confirmations.hpp"

#include <gmock/gmock.h>

#include "real_world.hpp"
#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kLife = 300'000;

struct Rows {
  Rows() {
    EXPECT_TRUE(Database::open({.path = path, .readers = 1}));
    open();
  }
  void open() { connection = std::move(*sqlite::Connection::open({.path = path})); }
  Result<SettledConfirmation> settle(const Confirmation& wanted) {
    return settle_confirmation(*connection, wanted);
  }
  Result<Confirmation> answer(const Confirmation& question, bool agrees = true) {
    return answer_confirmation(*connection, of(question, agrees), now_ms);
  }
  static ConfirmationAnswer of(const Confirmation& question, bool agrees = true) {
    ConfirmationAnswer answer;
    answer.id = question.id;
    answer.tenant_id = question.tenant_id;
    answer.subject = question.subject;
    answer.session_id = question.session_id;
    answer.agrees = agrees;
    return answer;
  }
  Confirmation call(const std::string& arguments = "hash-1") {
    Confirmation wanted;
    wanted.id = "confirm_" + std::to_string(++ids);
    wanted.tenant_id = "t1";
    wanted.session_id = "sess_1";
    wanted.subject = "ada";
    wanted.tool_id = "shop.pay";
    wanted.tool = "pay";
    wanted.arguments_hash = arguments;
    wanted.arguments = R"({"sum":5})";
    wanted.preview = "Pays.";
    wanted.created_at_ms = now_ms;
    wanted.expires_at_ms = now_ms + kLife;
    return wanted;
  }
  std::vector<std::string> open_ids(std::string_view subject = "ada") {
    std::vector<std::string> out;
    for (const auto& row : *list_open_confirmations(*connection, subject, now_ms)) {
      out.push_back(row.id);
    }
    return out;
  }

  testing::TempFolder folder;
  std::filesystem::path path = folder.path() / "gateway.db";
  std::unique_ptr<sqlite::Connection> connection;
  std::int64_t now_ms = 1'000'000;
  int ids = 0;
};

TEST(Confirmations, AreOneQuestionHoweverOftenTheCallIsMade) {
  Rows rows;
  const auto first = rows.settle(rows.call());
  const auto again = rows.settle(rows.call());

  EXPECT_TRUE(first->is_new);
  EXPECT_FALSE(again->is_new);
  EXPECT_EQ(again->row.id, first->row.id);
  EXPECT_EQ(again->row.expires_at_ms, first->row.expires_at_ms);
  EXPECT_THAT(rows.open_ids(), ElementsAre("confirm_1"));
}

TEST(Confirmations, AreUsedUpOnce) {
  Rows rows;
  const auto asked = rows.settle(rows.call());
  ASSERT_TRUE(rows.answer(asked->row));

  const auto used = rows.settle(rows.call());
  const auto again = rows.settle(rows.call());

  EXPECT_EQ(used->row.state, ConfirmationState::used);
  EXPECT_EQ(used->row.decided_by, "ada");
  EXPECT_EQ(used->row.how, "click");
  EXPECT_TRUE(again->is_new);
}

TEST(Confirmations, AreUsedUpOnceEvenWhereTheProcessEndsInBetween) {
  Rows rows;
  const auto asked = rows.settle(rows.call());
  ASSERT_TRUE(rows.answer(asked->row));
  rows.open();  // by a process that came later

  EXPECT_EQ(rows.settle(rows.call())->row.state, ConfirmationState::used);
  rows.open();
  EXPECT_TRUE(rows.settle(rows.call())->is_new);
}

TEST(Confirmations, AreForThatCallOfThatSessionAlone) {
  Rows rows;
  const auto asked = rows.settle(rows.call());
  ASSERT_TRUE(rows.answer(asked->row));
  const std::vector<std::pair<const char*, std::string Confirmation::*>> parts{
      {"tenant", &Confirmation::tenant_id},
      {"session", &Confirmation::session_id},
      {"user", &Confirmation::subject},
      {"tool", &Confirmation::tool_id},
      {"arguments", &Confirmation::arguments_hash}};

  for (const auto& [what, part] : parts) {
    auto other = rows.call();
    other.*part = "another";
    EXPECT_TRUE(rows.settle(other)->is_new) << what;
  }
  EXPECT_EQ(rows.settle(rows.call())->row.state, ConfirmationState::used);
}

TEST(Confirmations, AreAnsweredOnceByWhoWasAskedWhereTheyWereAsked) {
  Rows rows;
  const auto asked = rows.settle(rows.call());
  for (const auto part : {&ConfirmationAnswer::id, &ConfirmationAnswer::tenant_id,
                          &ConfirmationAnswer::subject, &ConfirmationAnswer::session_id}) {
    auto foreign = Rows::of(asked->row);
    foreign.*part = "another";
    const auto refused = answer_confirmation(*rows.connection, foreign, rows.now_ms);
    EXPECT_EQ(refused.error().type, ErrorType::not_found);
    EXPECT_EQ(refused.error().message, "there is no such confirmation");
  }
  auto anywhere = Rows::of(asked->row);
  anywhere.session_id.clear();
  anywhere.how = ConfirmationWay::keypad;

  EXPECT_TRUE(answer_confirmation(*rows.connection, anywhere, rows.now_ms));
  const auto again = rows.answer(asked->row, false);

  EXPECT_EQ(again.error().type, ErrorType::conflict);
  EXPECT_EQ(rows.settle(rows.call())->row.how, "keypad");
  EXPECT_EQ(rows.answer(asked->row).error().type, ErrorType::conflict);  // used by now
}

TEST(Confirmations, ExpireAnsweredOrNot) {
  Rows open, agreed;
  const auto asked = open.settle(open.call());
  const auto given = agreed.settle(agreed.call());
  ASSERT_TRUE(agreed.answer(given->row));
  open.now_ms += kLife;
  agreed.now_ms += kLife;

  EXPECT_EQ(open.answer(asked->row).error().type, ErrorType::conflict);
  EXPECT_TRUE(open.open_ids().empty());
  EXPECT_TRUE(open.settle(open.call())->is_new);
  EXPECT_TRUE(agreed.settle(agreed.call())->is_new);
}

TEST(Confirmations, ThatWereDeclinedTwiceAreNotAskedAThirdTime) {
  Rows rows;
  for (int i = 0; i < 2; ++i) {
    const auto asked = rows.settle(rows.call());
    ASSERT_TRUE(asked->is_new);
    ASSERT_TRUE(rows.answer(asked->row, false));
  }

  EXPECT_EQ(rows.settle(rows.call())->row.state, ConfirmationState::denied);
  EXPECT_TRUE(rows.settle(rows.call("hash-2"))->is_new);
  rows.now_ms += kLife;
  EXPECT_TRUE(rows.settle(rows.call())->is_new);
}

TEST(Confirmations, OfOneSessionAreBoundedAndTheOldestGoes) {
  Rows rows;
  for (int i = 0; i < 11; ++i) {
    ++rows.now_ms;
    ASSERT_TRUE(rows.settle(rows.call("hash-" + std::to_string(i)))->is_new);
  }
  auto elsewhere = rows.call();
  elsewhere.session_id = "sess_2";
  ASSERT_TRUE(rows.settle(elsewhere));

  EXPECT_THAT(rows.open_ids(),
              ElementsAre("confirm_12", "confirm_11", "confirm_10", "confirm_9", "confirm_8",
                          "confirm_7", "confirm_6", "confirm_5", "confirm_4"));
  EXPECT_TRUE(rows.open_ids("eve").empty());
}

}  // namespace
}  // namespace callosum::storage
