// How much of calls one caller and one business may have.
#include "fake_phone.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

constexpr const char* kVoice = "/twilio/voice";
constexpr const char* kEve = "+12125550166";

class PhoneCaps : public ::testing::Test {
 protected:
  /// A gateway with one number and these caps.
  void serve(const std::vector<std::string>& caps) {
    std::vector<std::string> options{"--set",
                                     std::string("phone.public_url=") + FakeCarrier::kPublicUrl,
                                     "--set", "phone.twilio.auth_token_env=PHONE_TOKEN"};
    for (const auto& cap : caps) options.insert(options.end(), {"--set", "phone.caps." + cap});
    gateway = std::make_unique<Served>(options,
                                       Environment{{"PHONE_TOKEN", FakeCarrier::token().reveal()}});
    const auto made =
        gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    ASSERT_EQ(made.status, 201) << made.body;
    const auto set = gateway->ask("PUT", "/api/admin/phone-numbers/+12125550100",
                                  R"({"tenant_id":"bella","pack":"receptionist"})");
    ASSERT_EQ(set.status, 200) << set.body;
  }
  std::string call(const std::string& from) {
    FakeCarrier carrier{gateway->main()};
    const auto answer =
        carrier.post(kVoice, FakeCarrier::fields(FakeCarrier::sid("CA", ++calls), from));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  static bool is_busy(const std::string& twiml) {
    return twiml.find("<Reject reason=\"busy\"/>") != std::string::npos;
  }

  std::unique_ptr<Served> gateway;
  std::uint64_t calls = 0;
};

TEST_F(PhoneCaps, ACallerWhoCallsAgainAndAgainFindsTheLineBusyAndOthersDoNot) {
  serve({"caller_calls_per_hour=3"});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(is_busy(call(kEve)));

  for (int i = 0; i < 20; ++i) EXPECT_TRUE(is_busy(call(kEve)));

  EXPECT_FALSE(is_busy(call("+12125550199")));
  EXPECT_LE(gateway->metric("sessions_started_total"), 0) << "and nothing was opened";
}

TEST_F(PhoneCaps, ABusinesssMinutesAreCountedThroughARestart) {
  serve({"minutes_per_hour=2", "caller_calls_per_hour=0"});
  EXPECT_FALSE(is_busy(call(kEve)));
  EXPECT_FALSE(is_busy(call(kEve)));
  EXPECT_TRUE(is_busy(call(kEve))) << "each call that has begun is a minute";

  gateway->start_again();

  EXPECT_TRUE(is_busy(call("+12125550199")));
}

TEST_F(PhoneCaps, WhatADayMayCostIsNeverExceeded) {
  serve({"cost_per_minute=4", "cost_per_day=10"});
  int taken = 0;
  for (int i = 0; i < 10; ++i) taken += is_busy(call(kEve)) ? 0 : 1;
  EXPECT_EQ(taken, 2) << "two cost 8, a third would cost 12";
}

}  // namespace
}  // namespace callosum::testing
