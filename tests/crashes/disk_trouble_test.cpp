// The disk under the database fills up or fails: nothing new is written anywhere, what is read goes
// on, and all is well again once it is.
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <sys/mount.h>

#include "crash_world.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kOk = R"({"ok":true)";

std::string readiness(Served& gateway) {
  const auto answer = fetch(gateway.main() + "/readyz");
  return std::to_string(answer.status) + " " + answer.body;
}

bool is_ready_again(Served& gateway) {
  return eventually([&] { return readiness(gateway).starts_with("200"); }, 5s);
}

class DiskTrouble : public ::testing::TestWithParam<KillPoint::Fault> {
 protected:
  DiskTrouble() {
    world.start_again(true);
    for (const auto* tool : {"note", "book", "mail"}) {
      EXPECT_THAT(call(tool, "before"), StartsWith(kOk));
    }
  }
  std::string call(const std::string& tool, const std::string& id) {
    return world.call({tool, tool + "-of-" + id});
  }
  int effects(const std::string& tool, const std::string& id) {
    return world.effects({tool, tool + "-of-" + id});
  }
  std::string states() {
    std::string all;
    for (const auto& row : world.query("SELECT DISTINCT state FROM tool_calls ORDER BY state")) {
      all += row.at("state") + " ";
    }
    return all;
  }
  void expect_whole_audit() {
    const auto verified =
        run_callosum({"audit", "verify", "--data", world.gateway().data().string()}, {});
    EXPECT_EQ(verified.status, 0) << verified.err;
  }

  CrashWorld world;
};

TEST_P(DiskTrouble, ReachesNoBackendAndEndsWithTheTrouble) {
  auto& gateway = world.gateway();
  world.kill_point().let_disk(GetParam());

  for (const auto* id : {"one", "two"}) {
    for (const auto* tool : {"book", "mail", "note"}) {
      const auto refused = call(tool, id);
      EXPECT_THAT(refused, AnyOf(HasSubstr("\"TRANSIENT\""), HasSubstr("\"OUTCOME_UNKNOWN\"")));
      EXPECT_THAT(refused, HasSubstr("\"message\":\""));
    }
    EXPECT_EQ(world.backend().seen(std::string("book-of-") + id).arrivals, 0);
    EXPECT_EQ(world.backend().seen(std::string("mail-of-") + id).arrivals, 0);
  }
  EXPECT_THAT(call("mail", "three"), HasSubstr("nothing can be recorded right now"));
  EXPECT_THAT(readiness(gateway), AllOf(StartsWith("503"), HasSubstr("the database's disk")));
  EXPECT_EQ(fetch(gateway.main() + "/healthz").status, 200);
  EXPECT_THAT(call("look", "before"), HasSubstr(R"("entries":0)"));

  world.kill_point().let_disk(KillPoint::Fault::none);
  EXPECT_TRUE(is_ready_again(gateway)) << readiness(gateway);
  for (const auto* tool : {"book", "mail", "note"}) {
    for (const auto* id : {"one", "two", "after"}) {
      EXPECT_THAT(call(tool, id), StartsWith(kOk)) << tool;
      EXPECT_EQ(effects(tool, id), 1) << tool;
    }
  }
  EXPECT_EQ(states(), "done ");
  EXPECT_TRUE(
      eventually([&] { return gateway.audit().find("look-of-before") != std::string::npos; }, 10s));
  expect_whole_audit();
}

TEST_P(DiskTrouble, WhileABackendWorksLeavesTheOutcomeOpenAndNoCallStarted) {
  world.backend().before_answers([this] { world.kill_point().let_disk(GetParam()); });

  const auto told = call("mail", "one");
  world.backend().before_answers({});

  EXPECT_THAT(told, HasSubstr("\"OUTCOME_UNKNOWN\""));
  EXPECT_THAT(readiness(world.gateway()), StartsWith("503"));
  world.kill_point().let_disk(KillPoint::Fault::none);
  EXPECT_TRUE(is_ready_again(world.gateway()));
  EXPECT_EQ(states(), "done unknown ");
  EXPECT_THAT(call("mail", "one"), HasSubstr("\"OUTCOME_UNKNOWN\""));
  EXPECT_EQ(effects("mail", "one"), 1);
  expect_whole_audit();
}

INSTANTIATE_TEST_SUITE_P(Of, DiskTrouble,
                         ::testing::Values(KillPoint::Fault::is_full,
                                           KillPoint::Fault::cannot_sync),
                         [](const auto& fault) {
                           const bool is_full = fault.param == KillPoint::Fault::is_full;
                           return is_full ? "NoRoom" : "NoSync";
                         });

/// A disk of eight megabytes.
class SmallDisk {
 public:
  SmallDisk() {
    is_there_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=8m,mode=700") == 0;
  }
  ~SmallDisk() {
    if (is_there_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool is_there() const { return is_there_; }
  std::filesystem::path file(const char* name) const { return folder_.path() / name; }
  void fill() const {
    std::ofstream out(file("filler"), std::ios::binary);
    const std::string chunk(4096, 'x');
    while (out.write(chunk.data(), static_cast<std::streamsize>(chunk.size())).flush()) continue;
  }
  void make_room() const { std::filesystem::remove(file("filler")); }

 private:
  TempFolder folder_;
  bool is_there_ = false;
};

TEST(DiskTroubleOfARealDisk, IsNoticedBeforeAnybodyWritesAndEndsWhenThereIsRoom) {
  const SmallDisk disk;
  if (!disk.is_there()) GTEST_SKIP() << "this needs the right to mount a tmpfs (root)";
  Served gateway({"--set", "database=" + disk.file("callosum.db").string()});
  const auto add = [&](const std::string& slug) {
    return gateway.ask("POST", "/api/admin/tenants",
                       R"({"timezone":"UTC","slug":")" + slug + "\"}");
  };
  ASSERT_EQ(add("bella").status, 201);

  disk.fill();
  EXPECT_TRUE(eventually([&] { return readiness(gateway).starts_with("503"); }, 5s));
  EXPECT_THAT(readiness(gateway), HasSubstr("the database's disk is full"));
  EXPECT_EQ(add("corner").status, 503);
  EXPECT_THAT(OpenCall(gateway, "bella").say("what are your opening hours"),
              HasSubstr("completed"));

  disk.make_room();
  EXPECT_TRUE(is_ready_again(gateway)) << readiness(gateway);
  EXPECT_EQ(add("corner").status, 201);
}

}  // namespace
}  // namespace callosum::testing
