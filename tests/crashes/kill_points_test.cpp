// The gateway is ended with SIGKILL at points of a workload of writes. Whatever the point: what was
// answered stands, every call made again under its id has the effect of at most once, and what
// cannot be known is called so.
#include <gmock/gmock.h>
#include <set>
#include <thread>

#include "base/json.hpp"
#include "crash_world.hpp"
#include "sanitized.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kWritesEach = 9;
constexpr int kMore = 100;  // until a later point is reached

int points_wanted() {
  const char* wanted = std::getenv("CALLOSUM_KILL_POINTS");
  return wanted ? std::max(1, std::atoi(wanted)) : 40;
}

/// The word after `key` in an envelope or a record.
bool holds(const std::string& text, const std::string& key, const std::string& value) {
  return text.find("\"" + key + "\":\"" + value + "\"") != std::string::npos;
}

bool is_ok(const std::string& envelope) { return envelope.starts_with(R"({"ok":true)"); }

/// What an answer says was done, without what differs from call to call.
std::string data_of(const std::string& envelope) {
  const auto parsed = parse_strict(envelope);
  if (!parsed || !parsed->is_object()) return envelope;
  const auto& fields = parsed->get_object();
  const auto* data = fields.if_contains("data");
  return data ? json::serialize(*data) : json::serialize(fields.at("error").at("type"));
}

/// Records of the call with this effect.
int records_of(const std::string& audit, const AskedWrite& write, const std::string& effect) {
  int found = 0;
  for (std::size_t from = 0; from < audit.size();) {
    const auto end = std::min(audit.find('\n', from), audit.size());
    const auto line = audit.substr(from, end - from);
    if (holds(line, "key", "provider:" + write.id) && holds(line, "effect", effect)) ++found;
    from = end + 1;
  }
  return found;
}

/// What all points together came upon: a test that meets no gap shows nothing.
struct Tally {
  std::atomic<int> answered{0}, unanswered{0}, unknown{0}, killed_starts{0};
  std::atomic<std::int64_t> longest_start_ms{0};
};

/// One point: a world of its own, killed there, and everything that must hold then.
class OnePoint {
 public:
  OnePoint(std::int64_t at, Tally& tally) : at_(at), tally_(tally) {}

  void run() {
    world_.start_again(true);
    world_.kill_point().arm(at_);
    world_.write_until_dead(kMore);
    const auto ended = world_.gateway().process().wait(20s);
    ASSERT_TRUE(ended && ended->status == 128 + SIGKILL) << "point " << at_ << " was not reached";
    // Every third time what recovers is killed as well.
    if (at_ % 3 == 0) kill_while_starting();
    const auto took = world_.start_again(false);
    EXPECT_LT(took, kIsSanitized ? 15s : 3s) << "point " << at_;
    if (took.count() > tally_.longest_start_ms) tally_.longest_start_ms = took.count();
    EXPECT_EQ(open_calls(), 0u) << "point " << at_;

    for (const auto& write : world_.writes()) retry(write);
    const auto audit = world_.gateway().audit();
    for (const auto& write : world_.writes()) check_records(write, audit);
    check_chain();
  }

 private:
  void kill_while_starting() {
    world_.kill_point().arm(1 + at_ % 29);
    try {
      world_.start_again(true);
    } catch (const std::exception&) {
      ++tally_.killed_starts;  // it did not come up
    }
    world_.kill_point().disarm();
  }

  std::size_t open_calls() {
    return world_.query("SELECT id FROM tool_calls WHERE state IN ('planned', 'started')").size();
  }

  std::string state_of(const AskedWrite& write) {
    const auto rows =
        world_.query("SELECT state FROM tool_calls WHERE call_key = 'provider:" + write.id + "'");
    EXPECT_LE(rows.size(), 1u) << told(write);
    return rows.empty() ? "" : rows.front().at("state");
  }

  std::string told(const AskedWrite& write) const {
    return "point " + std::to_string(at_) + ", " + write.tool + " " + write.id + ", answered '" +
           write.answer + "'";
  }

  void retry(const AskedWrite& write) {
    const auto state_before = state_of(write);
    const auto again = world_.call(write);
    const auto once_more = world_.call(write);

    const auto effects = world_.effects(write);
    EXPECT_LE(effects, 1) << told(write);
    EXPECT_LE(world_.backend().seen(write.id).arrivals, may_arrive(write)) << told(write);
    EXPECT_EQ(data_of(again), data_of(once_more)) << told(write);
    ++(write.answer.empty() ? tally_.unanswered : tally_.answered);
    if (!write.answer.empty()) {
      EXPECT_TRUE(is_ok(write.answer)) << told(write);
      EXPECT_EQ(data_of(again), data_of(write.answer)) << told(write);
    }
    if (state_before == "unknown") {
      ++tally_.unknown;
      unknown_.insert(write.id);
      EXPECT_NE(write.tool, "note") << "our own database knows; " << told(write);
    }
    // A backend that knows its keys is asked again, and answers as it did, or does it now.
    if (state_before == "unknown" && write.tool == "mail") {
      EXPECT_THAT(again, ::testing::HasSubstr("OUTCOME_UNKNOWN")) << told(write);
    } else {
      EXPECT_TRUE(is_ok(again)) << told(write) << " now " << again;
      EXPECT_EQ(effects, 1) << told(write);
    }
  }

  /// At a backend: nothing unkeyed twice.
  static int may_arrive(const AskedWrite& write) {
    if (write.tool == "note") return 0;
    return write.tool == "book" ? 2 : 1;
  }

  void check_records(const AskedWrite& write, const std::string& audit) {
    const auto state = state_of(write);
    EXPECT_THAT(state, ::testing::AnyOf("done", "unknown")) << told(write);
    EXPECT_EQ(records_of(audit, write, "done"), state == "done" ? 1 : 0) << told(write);
    EXPECT_EQ(records_of(audit, write, "unknown"), unknown_.contains(write.id) ? 1 : 0)
        << told(write);
  }

  void check_chain() {
    const auto verified =
        run_callosum({"audit", "verify", "--data", world_.gateway().data().string()}, {});
    EXPECT_EQ(verified.status, 0) << "point " << at_ << ": " << verified.err;
  }

  const std::int64_t at_;
  std::set<std::string> unknown_;  // before they were asked again
  Tally& tally_;
  CrashWorld world_;
};

/// How many calls to the system the workload makes.
std::int64_t measure() {
  constexpr std::int64_t kEndless = 1'000'000'000;
  CrashWorld world;
  world.start_again(true);
  world.kill_point().arm(kEndless);
  world.write_until_dead(kWritesEach);
  const auto made = kEndless - world.kill_point().left();
  for (const auto& write : world.writes()) EXPECT_TRUE(is_ok(write.answer)) << write.answer;
  return made;
}

TEST(KillPoints, OfAWorkloadOfWritesLoseNothingAndDoNothingTwice) {
  const auto calls = measure();
  const auto points = points_wanted();
  ASSERT_GE(calls, points);
  Tally tally;
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int i = next++; i < points; i = next++) OnePoint(1 + calls * i / points, tally).run();
  };
  // A point is waiting for programs most of the time.
  std::vector<std::thread> others;
  for (int i = 0; i < 2; ++i) others.emplace_back(work);
  work();
  for (auto& other : others) other.join();

  std::printf(
      "%d points in %lld calls to the system, %d starts killed too: %d writes answered, %d "
      "not, %d of them unknown; ready after at most %lld ms\n",
      points, static_cast<long long>(calls), tally.killed_starts.load(), tally.answered.load(),
      tally.unanswered.load(), tally.unknown.load(),
      static_cast<long long>(tally.longest_start_ms.load()));
  EXPECT_GE(tally.unanswered, points);
  EXPECT_GE(tally.unknown, points / 10);
}

}  // namespace
}  // namespace callosum::testing
