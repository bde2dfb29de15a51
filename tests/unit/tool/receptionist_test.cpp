#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "real_world.hpp"
#include "registry/snapshot.hpp"
#include "storage/database.hpp"
#include "storage/tenants.hpp"
#include "tool/sql/install.hpp"
#include "tool/sql/sql_kind.hpp"

namespace callosum::tool::sql {
namespace {

using namespace std::chrono_literals;

struct Business {
  const char* slug;
  const char* caller;
  const char* latest;
  const char* service;
};
constexpr std::array kBusinesses{Business{"willow-hair", "+12125550199", "2416", "haircut"},
                                 Business{"cedar-dental", "+13125550199", "5138", "cleaning"},
                                 Business{"harbor-bikes", "+14155550199", "8275", "tune up"}};
constexpr std::array kTopics{"cancellation", "reschedule", "late arrival", "deposits", "refunds",
                             "pricing",      "hours",      "location",     "parking"};

/// The pack as it is shipped, its demo data, and the real kind.
class Receptionist : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = new World(); }
  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }

  struct World {
    testing::TempFolder folder;
    testing::RealWorld real;
    std::unique_ptr<storage::Database> database;
    registry::LoadOutcome loaded;
    std::unique_ptr<ToolKind> kind;
    std::map<std::string, std::unique_ptr<ToolHandler>> handlers;

    World() {
      database = std::move(*storage::Database::open({.path = folder.path() / "x.db"}));
      loaded = registry::load_packs({std::string(CALLOSUM_SOURCE_DIR) + "/packs/receptionist"});
      for (const auto& problem : loaded.problems) ADD_FAILURE() << problem.to_string();
      const auto& pack = loaded.snapshot->packs().front();
      for (int start = 0; start < 2; ++start) {
        const auto schema = install_pack_schema(*database, pack);
        if (!schema) ADD_FAILURE() << schema.error().message;
        const auto demo = install_demo_data(*database, pack);
        if (!demo) ADD_FAILURE() << demo.error().message;
      }
      kind = make_sql_kind(*database, {.readers = 2});
      for (const auto& tool : loaded.snapshot->tools()) {
        auto handler = kind->make(tool, pack);
        if (!handler) ADD_FAILURE() << tool.name << ": " << handler.error().message;
        if (handler) handlers[tool.name] = std::move(*handler);
      }
    }
  };

  storage::Tenant tenant(const std::string& slug) {
    return *world_->real.run(
        storage::resolve_canonical_tenant(*world_->database, slug, world_->real.in(5s)));
  }

  /// As the executor would: bound, run, and held against the output schema.
  json::value ask(const std::string& name, const std::string& slug, json::object arguments = {},
                  std::string phone = {}, std::string call_sid = {}) {
    const auto* tool = world_->loaded.snapshot->find(name);
    registry::CallContext context;
    context.tenant_id = tenant(slug).id;
    EXPECT_TRUE(tool->input->is_valid(arguments)) << json::serialize(arguments);
    for (const auto& binding : tool->bind) {
      arguments[binding.parameter] = binding.source == "session.tenant_id"      ? context.tenant_id
                                     : binding.source == "session.caller_phone" ? phone
                                                                                : call_sid;
    }
    const std::string key;
    const Invocation invocation{*tool, arguments, context, key};
    const auto output =
        world_->real.run(world_->handlers.at(name)->run(invocation, world_->real.in(5s)));
    EXPECT_TRUE(output) << output.error().message << output.error().detail;
    if (!output) return nullptr;
    for (const auto& hint : tool->output->explain(output->data)) {
      ADD_FAILURE() << name << " " << hint.path << ": " << hint.message;
    }
    EXPECT_EQ(json::serialize(output->data).find("internal"), std::string::npos);
    return output->data;
  }

  static World* world_;
};
Receptionist::World* Receptionist::world_ = nullptr;

TEST_F(Receptionist, HasTheSevenToolsAndNoWarnings) {
  std::set<std::string> names;
  for (const auto& tool : world_->loaded.snapshot->tools()) names.insert(tool.name);

  EXPECT_EQ(names, (std::set<std::string>{"get_latest_booking", "get_booking_by_id",
                                          "get_business_services", "get_working_hours",
                                          "get_policies", "get_faqs", "get_availability"}));
  for (const auto& warning : world_->loaded.warnings) ADD_FAILURE() << warning.to_string();
}

TEST_F(Receptionist, ShowsNoModelABoundParameterOrAnInternalNote) {
  for (const auto& tool : world_->loaded.snapshot->tools()) {
    const auto input = json::serialize(tool.input_schema);
    for (const auto& binding : tool.bind) {
      EXPECT_EQ(input.find(binding.parameter), std::string::npos) << tool.name;
    }
    EXPECT_EQ(json::serialize(tool.output_schema).find("internal_notes"), std::string::npos);
  }
}

TEST_F(Receptionist, FindsTheCallersLatestBooking) {
  for (const auto& business : kBusinesses) {
    const auto booking = ask("get_latest_booking", business.slug, {}, business.caller);

    ASSERT_TRUE(booking.is_object()) << business.slug;
    EXPECT_EQ(booking.as_object().at("booking_id"), json::value(business.latest));
    EXPECT_EQ(booking.as_object().at("status"), json::value("confirmed"));
    EXPECT_EQ(booking.as_object().at("service"), json::value(business.service));
  }
}

TEST_F(Receptionist, FindsTheCallerThroughTheCallWhenThereIsNoNumber) {
  const auto connection =
      storage::sqlite::Connection::open({.path = world_->database->options().path});
  for (const auto& business : kBusinesses) {
    const auto rows = (*connection)
                          ->query("SELECT call_sid FROM calls WHERE caller_phone = :phone",
                                  {{"phone", business.caller}});
    const std::string sid(rows->front().as_object().at("call_sid").as_string());

    const auto own = ask("get_latest_booking", business.slug, {}, "", sid);
    const auto elsewhere =
        ask("get_latest_booking",
            business.slug == kBusinesses[0].slug ? kBusinesses[1].slug : kBusinesses[0].slug, {},
            "", sid);

    EXPECT_EQ(own.as_object().at("booking_id"), json::value(business.latest));
    EXPECT_EQ(elsewhere, json::value(nullptr));
  }
}

TEST_F(Receptionist, AnswersAStrangersBookingLikeOneThatIsNotThere) {
  const auto& willow = kBusinesses[0];

  const auto own = ask("get_booking_by_id", willow.slug, {{"booking_id", "2416"}}, willow.caller);
  const auto spoken =
      ask("get_booking_by_id", willow.slug, {{"booking_id", "Two four one six"}}, willow.caller);
  const auto by_another =
      ask("get_booking_by_id", willow.slug, {{"booking_id", "2416"}}, "+12125550111");
  const auto by_nobody = ask("get_booking_by_id", willow.slug, {{"booking_id", "2416"}});
  const auto of_another_business =
      ask("get_booking_by_id", willow.slug, {{"booking_id", "5138"}}, "+13125550199");
  const auto absent =
      ask("get_booking_by_id", willow.slug, {{"booking_id", "9999"}}, willow.caller);

  EXPECT_EQ(own.as_object().at("customer_name"), json::value("Rosa Miller"));
  EXPECT_EQ(spoken, own);
  EXPECT_EQ(by_another, json::value(nullptr));
  EXPECT_EQ(by_nobody, json::value(nullptr));
  EXPECT_EQ(of_another_business, json::value(nullptr));
  EXPECT_EQ(absent, json::value(nullptr));
}

TEST_F(Receptionist, FindsEveryBookingThatTheSpokenNumbersName) {
  const auto& slots = world_->loaded.snapshot->packs().front().slots.at("booking_id");
  int found = 0;

  for (const auto& spoken : slots) {
    for (const auto& business : kBusinesses) {
      const auto booking =
          ask("get_booking_by_id", business.slug, {{"booking_id", spoken}}, business.caller);
      found += booking.is_object() ? 1 : 0;
    }
  }

  EXPECT_EQ(found, static_cast<int>(slots.size()));
}

TEST_F(Receptionist, KnowsAPolicyAndAnAnswerOnEveryTopicOfEveryBusiness) {
  for (const auto& business : kBusinesses) {
    for (const auto* topic : kTopics) {
      const auto policy = ask("get_policies", business.slug, {{"topic", topic}});
      const auto faqs = ask("get_faqs", business.slug, {{"topic", topic}});

      ASSERT_TRUE(policy.is_object()) << business.slug << " " << topic;
      EXPECT_EQ(policy.as_object().at("topic"), json::value(topic));
      EXPECT_GE(faqs.as_object().at("count").as_int64(), 1) << business.slug << " " << topic;
    }
  }
}

TEST_F(Receptionist, UnderstandsOtherWordsForATopic) {
  const std::array<std::pair<const char*, const char*>, 8> words{
      {{"  Canceling ", "cancellation"},
       {"moving my appointment? rescheduling", "reschedule"},
       {"change", "reschedule"},
       {"being late", "late arrival"},
       {"late_arrival", "late arrival"},
       {"your prices", "pricing"},
       {"address", "location"},
       {"refund", "refunds"}}};

  for (const auto& [asked, topic] : words) {
    const auto policy = ask("get_policies", "willow-hair", {{"topic", asked}});
    ASSERT_TRUE(policy.is_object()) << asked;
    EXPECT_EQ(policy.as_object().at("topic"), json::value(topic)) << asked;
  }
  EXPECT_EQ(ask("get_policies", "willow-hair", {{"topic", "dragons"}}), json::value(nullptr));
  EXPECT_EQ(ask("get_faqs", "willow-hair", {{"topic", "wedding"}}).as_object().at("count"),
            json::value(1));
}

TEST_F(Receptionist, RequiresATopicAndNamesSomeWhenItIsMissing) {
  for (const auto* name : {"get_policies", "get_faqs"}) {
    const auto* tool = world_->loaded.snapshot->find(name);
    for (const auto& arguments :
         {json::object{}, json::object{{"topic", ""}}, json::object{{"topic", "  "}},
          json::object{{"topic", nullptr}}, json::object{{"topic", json::array{"parking"}}}}) {
      EXPECT_FALSE(tool->input->is_valid(arguments)) << json::serialize(arguments);
    }
    const auto hints = tool->input->explain(json::object{});
    ASSERT_FALSE(hints.empty());
    EXPECT_NE(hints.front().message.find("cancellation"), std::string::npos)
        << hints.front().message;
  }
}

TEST_F(Receptionist, SaysItsHoursInWordsForTheWeekAndForADay) {
  const auto week = ask("get_working_hours", "willow-hair");
  const auto tuesday = ask("get_working_hours", "willow-hair", {{"day", "tuesday"}});
  const auto sunday = ask("get_working_hours", "willow-hair", {{"day", "sunday"}});
  const auto saturday = ask("get_working_hours", "harbor-bikes", {{"day", "saturday"}});
  const auto today = ask("get_working_hours", "willow-hair", {{"day", "today"}});

  EXPECT_EQ(week.as_object().at("summary"),
            json::value("We are open Tuesday, Wednesday, Thursday, Friday from nine to six, and "
                        "Saturday from ten to four."));
  EXPECT_EQ(week.as_object().at("days").as_array().size(), 7u);
  EXPECT_EQ(tuesday.as_object().at("summary"),
            json::value("We are open Tuesday from nine to six."));
  EXPECT_EQ(sunday.as_object().at("summary"), json::value("We are closed on Sunday."));
  EXPECT_EQ(saturday.as_object().at("summary"),
            json::value("We are open Saturday from nine thirty to five."));
  EXPECT_EQ(today.as_object().at("days").as_array().size(), 1u);
}

TEST_F(Receptionist, ListsServicesWithTheirPrices) {
  for (const auto& business : kBusinesses) {
    const auto answer = ask("get_business_services", business.slug);

    const auto& services = answer.as_object().at("services").as_array();
    ASSERT_GE(services.size(), 3u);
    EXPECT_EQ(services[0].as_object().at("name"), json::value(business.service));
    EXPECT_GT(services[0].as_object().at("price").to_number<double>(), 0);
  }
}

TEST_F(Receptionist, OffersOnlyFreeTimesOfTheDayAskedFor) {
  for (const auto& business : kBusinesses) {
    const auto any = ask("get_availability", business.slug);
    const auto one = ask("get_availability", business.slug,
                         {{"service", business.service}, {"date", "wednesday"}});
    const auto sunday = ask("get_availability", business.slug, {{"date", "sunday"}});

    EXPECT_EQ(any.as_object().at("items").as_array().size(), 5u);
    EXPECT_EQ(any.as_object().at("truncated"), json::value(true));
    EXPECT_GT(any.as_object().at("count").as_int64(), 20);
    std::set<std::string> days;
    for (const auto& item : one.as_object().at("items").as_array()) {
      EXPECT_EQ(item.as_object().at("service"), json::value(business.service));
      days.emplace(std::string_view(item.as_object().at("start_time").as_string()).substr(0, 10));
    }
    EXPECT_LE(days.size(), 1u);
    EXPECT_EQ(sunday.as_object().at("count"), json::value(0));
  }
}

TEST_F(Receptionist, HoldsHundredsOfBookingsOverWeeksPastAndComing) {
  const auto connection =
      storage::sqlite::Connection::open({.path = world_->database->options().path});

  const auto rows = (*connection)
                        ->query(
                            "SELECT business_id, count(*) AS n, sum(booking_datetime > "
                            "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) AS coming,"
                            " count(DISTINCT status) AS states FROM bookings GROUP BY business_id");

  ASSERT_EQ(rows->size(), 3u);
  for (const auto& row : *rows) {
    EXPECT_GE(row.as_object().at("n").as_int64(), 150);
    EXPECT_GE(row.as_object().at("coming").as_int64(), 30);
    EXPECT_EQ(row.as_object().at("states"), json::value(5));
  }
}

TEST_F(Receptionist, HasPhrasesForEveryToolThatNoOtherToolShares) {
  std::map<std::string, std::string> owner;
  for (const auto& tool : world_->loaded.snapshot->tools()) {
    EXPECT_GE(tool.phrases.size(), 6u) << tool.name;
    EXPECT_LE(tool.phrases.size(), 12u) << tool.name;
    EXPECT_FALSE(tool.reply.empty());
    EXPECT_FALSE(tool.reply_empty.empty());
    for (const auto& phrase : tool.phrases) {
      EXPECT_TRUE(owner.emplace(phrase, tool.name).second) << phrase;
    }
  }
}

TEST_F(Receptionist, TellsTheModelEverythingThatItsPromptMust) {
  const auto& prompt = world_->loaded.snapshot->packs().front().prompt;

  for (const auto* part : {"an AI receptionist for {business_name} ({industry})", "{tone}",
                           "{language}", "one or two short sentences", "{services_summary}",
                           "{working_hours_summary}", "If a tool fails", "take a message"}) {
    EXPECT_NE(prompt.find(part), std::string::npos) << part;
  }
  for (const auto* topic : kTopics) EXPECT_NE(prompt.find(topic), std::string::npos) << topic;
}

}  // namespace
}  // namespace callosum::tool::sql
