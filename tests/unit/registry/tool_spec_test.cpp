#include "registry/tool_spec.hpp"

#include <gtest/gtest.h>

#include "registry/snapshot.hpp"

namespace callosum::registry {
namespace {

ToolSpec calendar_tool() {
  ToolSpec tool;
  tool.name = "calendar";
  tool.risk = {{{{"action", {"create", "move"}}}, Access::write},
               {{{"action", {"erase"}}}, Access::destructive},
               {{{"action", {"list"}}, {"days", {json::value(100)}}}, Access::propose}};
  return tool;
}

Access access_for(const ToolSpec& tool, const json::object& arguments) {
  return tool.access_for(&arguments);
}

TEST(ToolAccess, RisesWithTheArgumentsThatARuleNames) {
  const auto tool = calendar_tool();

  EXPECT_EQ(access_for(tool, {{"action", "list"}}), Access::read);
  EXPECT_EQ(access_for(tool, {{"action", "move"}}), Access::write);
  EXPECT_EQ(access_for(tool, {{"action", "erase"}}), Access::destructive);
  EXPECT_EQ(access_for(tool, {}), Access::read);
}

TEST(ToolAccess, MayAskForMoreWhereItWritesOutsideBesideTextOfStrangers) {
  const auto asks_after = [](bool untrusted, const char* kind, Access access,
                             Confirmation confirmation = Confirmation::none) {
    ToolSpec reads;
    reads.name = "read_mail";
    reads.untrusted = untrusted;
    ToolSpec writes;
    writes.name = "send_mail";
    writes.run.kind = kind;
    writes.access = access;
    writes.confirmation = confirmation;
    const Snapshot snapshot({}, {reads, writes}, "1.0.0");
    return snapshot.find("send_mail")->takes_token();
  };

  EXPECT_TRUE(asks_after(true, "http", Access::write));
  EXPECT_FALSE(asks_after(false, "http", Access::write));
  EXPECT_FALSE(asks_after(true, "http", Access::read));
  EXPECT_FALSE(asks_after(true, "sql", Access::write));      // the gateway's own database
  EXPECT_FALSE(asks_after(true, "builtin", Access::write));  // likewise
  EXPECT_FALSE(asks_after(true, "http", Access::write, Confirmation::strong));
  EXPECT_TRUE(asks_after(false, "sql", Access::write, Confirmation::spoken));
}

TEST(ToolAccess, NeedsEveryConditionOfARule) {
  const auto tool = calendar_tool();

  EXPECT_EQ(access_for(tool, {{"action", "list"}, {"days", 7}}), Access::read);
  EXPECT_EQ(access_for(tool, {{"action", "list"}, {"days", 100.0}}), Access::propose);
}

TEST(ToolAccess, IsTheStrictestWhereArgumentsCannotBeRead) {
  const auto tool = calendar_tool();

  EXPECT_EQ(tool.access_for(nullptr), Access::destructive);
  EXPECT_EQ(access_for(tool, {{"action", json::array{"list"}}}), Access::destructive);
}

TEST(ToolAccess, IsNotFooledByTheSpellingOfAValue) {
  EXPECT_EQ(access_for(calendar_tool(), {{"action", "ＥＲase"}}), Access::destructive);
}

TEST(ToolConfirmation, IsForTheCallsThatARuleHoldsFor) {
  auto tool = calendar_tool();
  tool.confirmation = Confirmation::spoken;
  tool.risk[0].confirmation = Confirmation::none;
  const auto confirmation_for = [&](const json::object& arguments) {
    return tool.confirmation_for(&arguments);
  };

  EXPECT_EQ(confirmation_for({{"action", "list"}}), Confirmation::none);
  EXPECT_EQ(confirmation_for({{"action", "move"}}), Confirmation::none);
  EXPECT_EQ(confirmation_for({{"action", "Erase"}}), Confirmation::spoken);
  EXPECT_EQ(tool.confirmation_for(nullptr), Confirmation::spoken);
  tool.access = Access::write;
  EXPECT_EQ(confirmation_for({{"action", "list"}}), Confirmation::spoken) << "it writes anyway";
  tool.risk.clear();
  tool.access = Access::read;
  EXPECT_EQ(confirmation_for({}), Confirmation::spoken) << "said of the whole tool";
}

TEST(ToolAccess, ADestructiveNameIsDestructiveWhateverTheManifestSays) {
  ToolSpec tool;

  tool.name = "Delete_booking";
  EXPECT_EQ(access_for(tool, {}), Access::destructive);
  tool.name = "do_DROP_SCHEMA_now";
  EXPECT_EQ(access_for(tool, {}), Access::destructive);
  tool.name = "undelete_booking";
  EXPECT_EQ(access_for(tool, {}), Access::read);
}

template <class Enum>
void expect_words_read_back() {
  const auto words = words_of<Enum>();
  for (std::size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(parse_word<Enum>(words[i]), static_cast<Enum>(i));
    EXPECT_EQ(to_string(static_cast<Enum>(i)), words[i]);
  }
  EXPECT_EQ(parse_word<Enum>(""), std::nullopt);
}

TEST(Words, OfEveryEnumReadBackAsTheyAreWritten) {
  expect_words_read_back<Category>();
  expect_words_read_back<Access>();
  expect_words_read_back<Channel>();
  expect_words_read_back<Assurance>();
  expect_words_read_back<Confirmation>();
  expect_words_read_back<OnInterrupt>();
  expect_words_read_back<Delivery>();
  expect_words_read_back<CacheScope>();
  expect_words_read_back<ToolOwnership>();
  expect_words_read_back<AccessMode>();
  expect_words_read_back<ReplyPath>();
  expect_words_read_back<Intent>();
}

TEST(Words, AreThoseOfTheWire) {
  EXPECT_EQ(to_string(Intent::set_pending_message), "SET_PENDING_MESSAGE");
  EXPECT_EQ(to_string(AccessMode::propose_actions), "propose_actions");
  EXPECT_EQ(parse_word<Access>("READ"), std::nullopt);
}

}  // namespace
}  // namespace callosum::registry
