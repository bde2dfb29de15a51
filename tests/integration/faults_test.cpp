// What a provider may do wrong in the middle of a call, each with every one: the call is answered
// once, the business is asked once, the conversation goes on, and nothing of it is left behind.
#include <gmock/gmock.h>

#include "slow_write.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kCall = "    calls: [{name: reserve, arguments: {ref: R1}}]\n";
constexpr std::string_view kSay = "    say: It is reserved.\n";
/// A wire without system messages is told in the user's turn what a call has come to.
constexpr std::string_view kTold =
    "  - {when: {text: result of the earlier call}, say: It is reserved.}\n";

/// A call that was cut off with its connection is open in a conversation that is taken up, and so
/// it is answered that it never ran.
constexpr std::string_view kNeverRan =
    "  - when: {tool_output: reserve, output: nothing was done}\n"
    "    calls: [{name: reserve, arguments: {ref: R1}}]\n";

/// In the words of one family of simulators.
struct Script {
  std::string first;      ///< of the rule that answers the wish on the first connection
  std::string more = {};  ///< keys of the whole script
};

struct Fault {
  const char* name;
  Script realtime;
  Script live;
  std::string_view second = {};  ///< of the rule on the second connection; empty: there is none
  bool is_slow = false;          ///< the business answers once there is a second connection
  bool asks_again = false;       ///< the caller, who hears that it failed
};

std::string faulty(const std::string& fault) {
  return std::string(kCall) + "    delay_ms: 10\n    faults: [" + fault + "]\n";
}

const std::vector<Fault>& faults() {
  const Script broken{faulty("{kind: disconnect, at: 99, manner: reset}")};
  static const std::vector<Fault> kFaults{
      {"breaks_while_the_tool_runs", broken, broken, kSay, true},
      {"breaks_before_the_first_word",
       {faulty("{kind: disconnect, at: 2, manner: eof}")},
       {faulty("{kind: disconnect, at: 1, manner: eof}")},
       kCall},
      {"closes_with_1011_in_the_call",
       {faulty("{kind: disconnect, at: 5, manner: close}")},
       {faulty("{kind: disconnect, at: 2}")},
       kCall},
      {"falls_silent",
       {faulty("{kind: silence, at: 5}")},
       {faulty("{kind: silence, at: 2}")},
       kCall},
      {"hangs",
       {faulty("{kind: disconnect, at: 5, manner: hang}")},
       {faulty("{kind: disconnect, at: 3, manner: hang}")},
       kCall},
      {"sends_a_frame_beyond_all_measure",
       {faulty("{kind: huge_event, at: 3, bytes: 11000000}")},
       {faulty("{kind: message, at: 2, message: {serverContent: {}}, bytes: 11000000}")},
       kCall},
      {"fails_the_response",
       {"    fail: {type: server_error, code: rate_limit_exceeded, message: later}\n"},
       {"    reason: MALFORMED_FUNCTION_CALL\n"},
       {},
       false,
       true},
      {"repeats_the_call",
       {faulty("{kind: duplicate_call, count: 3, late: true}, {kind: errors, at: 2, count: 3}")},
       {faulty("{kind: duplicate_call, late: true}")}},
      {"splits_and_disorders_the_call",
       {"    calls: [{name: reserve, arguments: {ref: R1}, pieces: 5, announced: '{}'}]\n"
        "    faults: [{kind: duplicate, type: response.output_item.done},"
        " {kind: reorder, type: response.output_item.added, with: conversation.item.added}]\n"},
       {faulty("{kind: duplicate, type: toolCall, count: 2}")}},
      {"expires",
       {std::string(kCall), "session_ms: 2500\n"},
       {std::string(kCall), "connection_ms: 2500\ngo_away_before_ms: 500\n"},
       kSay,
       true},
      {"forgets_the_end_of_the_response",
       {faulty("{kind: drop, type: response.done}")},
       {faulty("{kind: drop, type: turnComplete}")},
       kCall},
  };
  return kFaults;
}

struct Vendor {
  const char* name;
  Script Fault::*script;
  const char* outputs;                ///< what its simulator calls them, by call id
  std::vector<const char*> mistakes;  ///< of ours, that it counts
  bool keeps_calls = false;           ///< for the next connection
};
const std::vector<Vendor>& vendors() {
  static const std::vector<const char*> kOfRealtime{"duplicate_outputs", "unknown_outputs",
                                                    "response_create_while_active"};
  static const std::vector<const char*> kOfLive{"protocol_violations", "duplicate_responses",
                                                "unknown_responses", "turns_while_busy"};
  static const std::vector<Vendor> kVendors{
      {"openai", &Fault::realtime, "outputs_by_call_id", kOfRealtime},
      {"xai", &Fault::realtime, "outputs_by_call_id", kOfRealtime, true},
      {"gemini", &Fault::live, "responses_by_call_id", kOfLive},
  };
  return kVendors;
}

std::string script_of(const Fault& fault, const Vendor& vendor) {
  const auto& script = fault.*vendor.script;
  auto text = script.more + "rules:\n" + std::string(vendor.keeps_calls ? kNeverRan : "") +
              "  - {when: {tool_output: reserve}, say: It is reserved.}\n" + std::string(kTold) +
              "  - when: {text: go, connection: 1}\n    times: 1\n" + script.first;
  if (fault.asks_again) text += "  - when: {text: go}\n" + std::string(kCall);
  if (fault.second.empty()) return text;
  return text + "  - when: {text: go, connection: 2}\n    times: 1\n" + std::string(fault.second);
}

/// One gateway a vendor, with a simulator behind it.
struct Stand {
  explicit Stand(const std::string& vendor) : cloud(vendor) {
    auto options = played_by(vendor, cloud);
    options.insert(options.end(), {"--set", "provider=" + vendor, "--set",
                                   "providers." + vendor + ".silence_ms=1200"});
    world = std::make_unique<SlowWrite>(options, any_keys());
    cloud.follow(
        "rules:\n  - {when: {tool_output: reserve}, say: It is reserved.}\n"
        "  - when: {text: go}\n" +
        std::string(kCall));
    EXPECT_TRUE(world->call());  // what is opened once and kept
    world->ask_for("go");
    world->hear("It is reserved.");
    world->hang_up();
    EXPECT_TRUE(eventually([&] { return world->gateway->metric("sessions ") == 0; }, 5s));
    files_at_rest = world->open_files();
  }
  Cloud cloud;
  std::unique_ptr<SlowWrite> world;
  std::size_t files_at_rest = 0;
};

class ProviderFaults : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {
 protected:
  static void TearDownTestSuite() { stands.clear(); }
  static const Vendor& vendor() { return vendors()[std::get<0>(GetParam())]; }
  static const Fault& fault() { return faults()[std::get<1>(GetParam())]; }
  static Stand& stand() {
    auto& one = stands[vendor().name];
    if (!one) one = std::make_unique<Stand>(vendor().name);
    return *one;
  }
  static std::uint64_t count(Cloud& cloud, const char* what) {
    const auto stats = cloud.stats();
    const auto* value = stats.if_contains(what);
    return value ? value->to_number<std::uint64_t>() : 0;
  }
  static inline std::map<std::string, std::unique_ptr<Stand>> stands;
};

TEST_P(ProviderFaults, EndWithOneAnswerAndOneRequest) {
  const auto& fault = ProviderFaults::fault();
  auto& [cloud, world, files_at_rest] = stand();
  cloud.follow(script_of(fault, vendor()));
  const auto before = world->backend.requests();
  if (fault.is_slow) world->backend.hold();
  ASSERT_TRUE(world->call());

  world->ask_for("go");
  std::string heard;
  if (fault.asks_again) {
    heard = world->hear(R"("status":"failed")");
    world->ask_for("go");
  }
  if (fault.is_slow) {
    EXPECT_TRUE(eventually([&] { return count(cloud, "connections") == 2; }, 10s));
    world->backend.release();
  }
  heard += world->hear("It is reserved.");
  world->ask_for("hello again");
  heard += world->hear("You said: hello again");
  const auto outputs = cloud.stats().at(vendor().outputs).as_object();
  world->hang_up();

  EXPECT_EQ(world->backend.requests() - before, 1u) << heard;
  EXPECT_LE(times_said(heard, "It is reserved."), 1u) << heard;
  EXPECT_THAT(heard, Not(HasSubstr("(the end)")));
  for (const auto& call : outputs) EXPECT_LE(call.value().as_array().size(), 1u) << call.key();
  for (const char* mistake : vendor().mistakes) EXPECT_EQ(count(cloud, mistake), 0u) << mistake;
  EXPECT_GE(count(cloud, "connections"), fault.second.empty() ? 1u : 2u);
  EXPECT_TRUE(world->is_at_rest(files_at_rest))
      << world->open_files() << " files, at rest " << files_at_rest;
}

INSTANTIATE_TEST_SUITE_P(OfEvery, ProviderFaults,
                         ::testing::Combine(::testing::Range(std::size_t{0}, vendors().size()),
                                            ::testing::Range(std::size_t{0}, faults().size())),
                         [](const auto& row) {
                           return std::string(vendors()[std::get<0>(row.param)].name) + "_" +
                                  faults()[std::get<1>(row.param)].name;
                         });

}  // namespace
}  // namespace callosum::testing
