// What is known of a caller before the first word: looked up as that caller, through every gate.
#include "app/connect_lookups.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <sstream>

#include "app/planner.hpp"
#include "real_world.hpp"
#include "session/context.hpp"

namespace callosum::app {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LookedUp, IsALineForTheModelAndPlaceholdersForTheGreeting) {
  LookedUp looked;
  looked.found.push_back(
      {"find_me", json::object{{"name", "Ada"}, {"visits", 3}, {"list", json::array{1}}}});
  PromptValues values;

  looked.put_values(values);

  EXPECT_THAT(looked.lines(), ElementsAre(R"(find_me: {"name":"Ada","visits":3,"list":[1]})"));
  EXPECT_EQ(values, (PromptValues{{"find_me_name", "Ada"}, {"find_me_visits", "3"}}));
}

/// A gateway's parts, whose receptionist looks up the latest booking.
class ConnectLookups : public ::testing::Test {
 protected:
  ConnectLookups() {
    const auto pack = folder.path() / "packs" / "receptionist";
    std::filesystem::create_directories(pack.parent_path());
    std::filesystem::copy(std::string(CALLOSUM_SOURCE_DIR) + "/packs/receptionist", pack,
                          std::filesystem::copy_options::recursive);
    const auto manifest = pack / "pack.yaml";
    std::stringstream text;
    text << std::ifstream(manifest).rdbuf();
    std::ofstream(manifest) << text.str() << "\non_connect: [get_latest_booking]\n";
    PartsOptions options;
    auto& config = options.config;
    config.data = (folder.path() / "data").string();
    config.packs = {pack.parent_path().string()};
    config.log.level = "off";
    config.threads = 1;
    config.phone.greeting = "{business}: is it about the {get_latest_booking_service|usual}?";
    options.is_demo = true;
    parts = make_parts(std::move(options)).value();
    parts->is_ready = true;
    executor = std::make_unique<pipeline::Executor>(world.context().get_executor(),
                                                    parts->executor_parts());
  }
  ~ConnectLookups() override {
    world.run(drain());
    executor.reset();
  }
  boost::asio::awaitable<bool> drain() {
    auto draining = executor->drain(world.in(5s));
    co_await std::move(draining);
    co_return true;
  }
  session::SessionStart start_of(const std::string& from, bool is_attested) {
    channel::twilio::StreamGrant grant;
    grant.call_sid = "CA1";
    grant.from = from;
    grant.to = "+12125550100";
    grant.tenant_id = "willow-hair";
    grant.pack = "receptionist";
    grant.is_attested = is_attested;
    auto plan = world.run(Planner(*parts).plan_phone(std::move(grant), executor.get()));
    EXPECT_TRUE(plan) << plan.error().message;
    return std::move(plan->session.start);
  }
  std::string failures() {
    const auto text = parts->metrics.render();
    const auto at = text.find("\non_connect_failed_total ");
    return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  }

  callosum::testing::RealWorld world;
  callosum::testing::TempFolder folder;
  std::unique_ptr<Parts> parts;
  std::unique_ptr<pipeline::Executor> executor;
};

TEST_F(ConnectLookups, TellTheModelAndTheGreetingOfACallerWhoIsKnown) {
  const auto start = start_of("+12125550199", true);

  ASSERT_EQ(start.product.looked_up.size(), 1u);
  EXPECT_THAT(start.product.looked_up[0], HasSubstr(R"("booking_id":"2416")"));
  EXPECT_THAT(session::render_instructions(start.product), HasSubstr("get_latest_booking: {"));
  EXPECT_EQ(start.looked_up.size(), 1u);
  EXPECT_THAT(start.greeting, HasSubstr("Willow Hair Studio: is it about the "));
  EXPECT_THAT(start.greeting, ::testing::Not(HasSubstr("usual")));
  EXPECT_EQ(failures(), "");
}

TEST_F(ConnectLookups, AreLeftOutForANumberThatNobodyVouchesFor) {
  const auto start = start_of("+12125550199", false);

  EXPECT_THAT(start.product.looked_up, IsEmpty());
  EXPECT_EQ(start.greeting, "Willow Hair Studio: is it about the usual?");
  EXPECT_EQ(failures(), "");
}

TEST_F(ConnectLookups, FindNothingOutAboutAStranger) {
  const auto start = start_of("+442079460000", true);

  EXPECT_THAT(start.product.looked_up, IsEmpty());
  EXPECT_EQ(start.greeting, "Willow Hair Studio: is it about the usual?");
}

TEST_F(ConnectLookups, ThatFailKeepNobodyFromBeginning) {
  std::function<Result<void>(storage::sqlite::Connection&)> work = [](auto& connection) {
    return connection.execute("DROP TABLE bookings");
  };
  ASSERT_TRUE(world.run(parts->database->write<void>(world.in(5s), std::move(work))));

  const auto start = start_of("+12125550199", true);

  EXPECT_THAT(start.product.looked_up, IsEmpty());
  EXPECT_EQ(start.greeting, "Willow Hair Studio: is it about the usual?");
  EXPECT_EQ(failures(), "on_connect_failed_total 1");
}

}  // namespace
}  // namespace callosum::app
