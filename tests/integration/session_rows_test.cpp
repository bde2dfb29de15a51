// Conversations as rows: who is shown them, and how they end.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "live_sessions.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class Sessions : public LiveSessions {};

TEST_F(Sessions, AreListedLiveFirstNewestFirstToThoseWhoManageTheTenant) {
  std::string ended;
  {
    const Talk short_one(*gateway);
    ended = short_one.id;
  }
  wait_for_the_end(ended);
  const Talk older(*gateway);
  const Talk newer(*gateway);
  const Talk foreign(*gateway, {"rival", "ada", {}});
  providers_id(older.id);
  providers_id(newer.id);

  const auto position = [](const json::array& list, const std::string& id) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i].at("id") == json::value(id)) return static_cast<int>(i);
    }
    return -1;
  };
  const auto all = listed("limit=200");
  const auto live = listed("state=live");
  const auto past = listed("state=ended&limit=200");

  EXPECT_EQ(position(all, newer.id), 0);
  EXPECT_EQ(position(all, older.id), 1);
  EXPECT_GT(position(all, ended), 1);
  EXPECT_EQ(position(all, foreign.id), -1);
  EXPECT_EQ(position(live, ended), -1);
  EXPECT_EQ(position(past, newer.id), -1);
  EXPECT_GE(position(past, ended), 0);
  EXPECT_EQ(listed("limit=1").size(), 1u);
  const auto& row = all[0].as_object();
  EXPECT_EQ(row.at("subject"), "ada");
  EXPECT_EQ(row.at("channel"), "voice");
  EXPECT_EQ(row.at("provider"), "offline");
  EXPECT_EQ(row.at("state"), "live");
  EXPECT_TRUE(row.at("ended_at_ms").is_null());
  EXPECT_TRUE(row.at("close_code").is_null());
}

TEST_F(Sessions, AreListedToNobodyElseAndWronglyAskedForAreExplained) {
  const auto ask = [](const std::string& query) {
    return gateway->ask_of("bella", "GET", "/api/admin/sessions?" + query);
  };
  for (const char* limit : {"0", "201", "-1", "many", "5x", "99999999999999999999"}) {
    const auto answer = ask("limit=" + std::string(limit));
    EXPECT_EQ(answer.status, 400) << limit;
    EXPECT_THAT(answer.body, HasSubstr("1 to 200"));
  }
  EXPECT_EQ(ask("state=open").status, 400);
  EXPECT_EQ(ask("tenant_id=rival").status, 403);
  EXPECT_EQ(ask("tenant_id=nowhere").body, ask("tenant_id=rival").body);
  net::HttpRequest request;
  EXPECT_EQ(fetch(gateway->admin() + "/api/admin/sessions", request).status, 401);
  request.headers.set("Authorization", "Bearer " + Who().token());
  EXPECT_EQ(fetch(gateway->admin() + "/api/admin/sessions", request).status, 403);
}

TEST(SessionRows, OfAGatewayThatWasKilledHaveEndedWhenItIsThereAgain) {
  const TempFolder folder;
  const std::vector<std::string> options{"--set", "provider=offline", "--set",
                                         "data=" + (folder.path() / "data").string()};
  const auto listed = [](const Served& gateway) {
    return gateway.ask_of("bella", "GET", "/api/admin/sessions").body;
  };
  std::string id;
  {
    Served gateway(options);
    gateway.ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    const Talk talk(gateway);
    id = talk.id;
    ASSERT_TRUE(eventually(
        [&] { return listed(gateway).find(R"("state":"live")") != std::string::npos; }, 10s));
    gateway.process().send_signal(SIGKILL);
    ASSERT_TRUE(gateway.process().wait(10s));
  }

  const Served gateway(options);

  EXPECT_THAT(listed(gateway), HasSubstr(id));
  EXPECT_THAT(listed(gateway), HasSubstr(R"("state":"ended")"));
  EXPECT_THAT(listed(gateway), Not(HasSubstr(R"("state":"live")")));
}

TEST(SessionRows, SayHowTheSessionEndedWhenTheGatewayWasToldToStop) {
  const TempFolder folder;
  const std::vector<std::string> options{"--set", "provider=offline", "--set",
                                         "data=" + (folder.path() / "data").string()};
  {
    Served gateway(options);
    gateway.ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    Talk talk(gateway);
    gateway.process().send_signal(SIGTERM);
    talk.part();
    const auto ended = gateway.process().wait(20s);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->status, 0);
  }

  const Served gateway(options);

  const auto listed = gateway.ask_of("bella", "GET", "/api/admin/sessions").body;
  EXPECT_THAT(listed, HasSubstr(R"("state":"ended")"));
  EXPECT_THAT(listed, HasSubstr(R"("close_code":1001)"));
}

}  // namespace
}  // namespace callosum::testing
