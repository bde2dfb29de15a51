// What a call outlives: a provider that cannot be had for a moment. The carrier's redirect brings
// the caller back.
#include <thread>

#include "phone_cases.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;

TEST(PhoneOutage, OfAProviderThatIsBackWithinSecondsEndsNoCall) {
  PhoneStand stand("openai");
  stand.provider().follow("refuse: {http_status: 503}\n");
  auto call = question_about_hours("outage");
  call.kinds = {"called", "answered", "said", "played"};
  call.heard = {"what are your hours"};
  call.steps =
      "  - {wait_silence_ms: 600, timeout_ms: 60000}\n"
      "  - say: '{0}'\n"
      "  - {wait_silence_ms: 900, timeout_ms: 9000}\n"
      "  - hang_up: true\n";
  call.query =
      "SELECT iif(next_step > 2 AND next_step <= 6, 'came back', next_step || ' streams') AS told"
      " FROM phone_calls WHERE call_sid = '{call}'";
  call.value = "came back";
  std::vector<CallRows> rows;
  std::thread caller([&] { rows = stand.place({call}, {}); });
  // The call has come back at once, and that was in vain too.
  const auto was_tried = [&] {
    return stand.provider().stats().at("refused_connections").to_number<int>() >= 2;
  };
  const bool is_waiting = eventually(was_tried, 60s);
  stand.provider().follow(R"(
transcripts: [what are your hours]
rules:
  - {when: {text: hours}, calls: [{name: get_working_hours}]}
  - {when: {tool_output: any}, say: Here you are.}
)");
  caller.join();

  ASSERT_TRUE(is_waiting);
  stand.judge(call, rows.front());
  expect_well(stand.gateway());
}

}  // namespace
}  // namespace callosum::testing
