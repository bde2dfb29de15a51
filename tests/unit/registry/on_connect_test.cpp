// The tools that a pack looks callers up with, as its author writes it.
#include <gmock/gmock.h>

#include "registry/snapshot.hpp"

namespace callosum::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// `on_connect` is on the third line; `more` are keys of the tool `find_me`.
std::string pack(const std::string& on_connect, const std::string& more = "access: read",
                 const std::string& needed = "") {
  return "pack: desk\nversion: 1.0.0\n" + on_connect + R"yaml(
access_mode: confirm
tools:
  - name: find_me
    version: 1.0.0
    summary: The caller's latest booking.
    category: retrieval
    channels: [voice]
    input: {type: object, properties: {day: {type: string}}, required: [)yaml" +
         needed + R"yaml(], additionalProperties: false}
    output: {type: object}
    run: {builtin: noop}
    )yaml" +
         more + "\n";
}

std::string problems(const std::string& text) {
  std::string out;
  for (const auto& problem : load_pack_text(text, "pack.yaml").problems) {
    out += problem.to_string() + "\n";
  }
  return out;
}

TEST(OnConnect, NamesToolsOfThePackThatNeedNothing) {
  const auto outcome = load_pack_text(pack("on_connect: [find_me]"), "pack.yaml");

  ASSERT_TRUE(outcome.snapshot) << outcome.problems.front().to_string();
  EXPECT_THAT(outcome.snapshot->find_pack("desk")->on_connect, ElementsAre("find_me"));
}

TEST(OnConnect, RefusesOthersWithFileAndLine) {
  EXPECT_THAT(problems(pack("on_connect: [find_mi]")),
              HasSubstr("pack.yaml:3: on_connect[0]: `find_mi` is no tool of this pack (did you "
                        "mean `find_me`?)"));
  EXPECT_THAT(problems(pack("on_connect: [find_me]", "access: read", "day")),
              HasSubstr("pack.yaml:3: on_connect[0]: `find_me` cannot be looked up before the "
                        "first word: it has required arguments"));
  EXPECT_THAT(problems(pack("on_connect: [find_me]", "access: write\n    confirmation: spoken")),
              HasSubstr("it may change something"));
  EXPECT_THAT(problems(pack("on_connect: [find_me]", "access: read\n    untrusted: true")),
              HasSubstr("written by strangers"));
  EXPECT_THAT(problems(pack("on_connect: [find_me, one, two, three, four]")),
              HasSubstr("at most 4"));
  EXPECT_THAT(problems(pack("on_connect:\n  - find_me\n  - nobody")),
              HasSubstr("pack.yaml:5: on_connect[1]"));
}

}  // namespace
}  // namespace callosum::registry
