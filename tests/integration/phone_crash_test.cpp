// What a call outlives: a gateway that dies in the middle of it. The carrier's redirect brings the
// caller back.
#include <thread>

#include "phone_cases.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;

/// The gateway is killed right behind the write. The model, which has been told no more than what
/// was said (and not the last of it), tries the same booking again.
PhoneCase booking_that_is_cut_off() {
  PhoneCase out;
  out.name = "friday";
  out.called = "+12125550111";
  out.says = {{"a time on friday please"}, {"yes please"}, {"did you book it"}, {"no thank you"}};
  out.rules = R"yaml(
  - when: {text: yes please}
    calls: [{name: book_time, arguments: '{"day":"friday","hour":10,"confirmationToken":"<<token>>"}'}]
  - {when: {text: no thank you}, say: Then not.}
  - {when: {text: friday}, calls: [{name: book_time, arguments: '{"day":"friday","hour":10}'}]}
  - {when: {text: did you book it}, calls: [{name: book_time, arguments: '{"day":"friday","hour":10}'}]}
  - {when: {tool_output: book_time, output: CONFIRMATION}, say: "Shall I book that?"}
)yaml";
  out.audited = {"book_time CONFIRMATION_REQUIRED", "book_time CONFIRMATION_REQUIRED",
                 "book_time ok"};
  out.intent = "book_time";
  out.query =
      "SELECT streams || ' streams, ' || (SELECT count(*) FROM desk_bookings b WHERE b.call_sid ="
      " p.call_sid) || ' bookings' AS told FROM (SELECT call_sid, next_step AS streams FROM"
      " phone_calls) p WHERE p.call_sid = '{call}'";
  out.value = "2 streams, 1 bookings";
  return out;
}

TEST(PhoneCascadeCrash, ABookingThatWasMadeIsNotMadeAgainWhenTheCallComesBack) {
  PhoneStand stand("flux-general-en", "cartesia");
  const auto call = booking_that_is_cut_off();
  std::vector<CallRows> rows;
  std::thread caller([&] { rows = stand.place({call}, {}); });
  const auto is_booked = [&] { return !stand.run("SELECT 1 AS one FROM desk_bookings").empty(); };
  const bool was_booked = eventually(is_booked, 60s);
  // By this thread: a program goes with the thread that has started it.
  if (was_booked) stand.gateway().die_and_come_back();
  caller.join();

  ASSERT_TRUE(was_booked);
  stand.judge(call, rows.front());
  expect_well(stand.gateway());
}

}  // namespace
}  // namespace callosum::testing
