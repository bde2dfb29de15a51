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
        if (tool.run.kind != "sql") continue;  // what acts on a call
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
    if (!output && output.error().type == ErrorType::conflict) return json::value("CONFLICT");
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

TEST_F(Receptionist, HasItsToolsAndNoWarnings) {
  std::set<std::string> names;
  for (const auto& tool : world_->loaded.snapshot->tools()) names.insert(tool.name);

  EXPECT_EQ(names, (std::set<std::string>{
                       "get_latest_booking", "get_booking_by_id", "get_business_services",
                       "get_working_hours", "get_policies", "get_faqs", "get_availability",
                       "kb_search", "create_booking", "reschedule_booking", "cancel_booking",
                       "take_message", "hang_up", "transfer_call", "send_dtmf"}));
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

TEST_F(Receptionist, SaysItsHoursOnAHolidayByDateAndByName) {
  const auto christmas =
      ask("get_working_hours", "cedar-dental", {{"holiday", "Christmas Day"}}).as_object();
  const auto& day = christmas.at("days").as_array().at(0).as_object();

  EXPECT_EQ(christmas.at("summary"), json::value("We are closed on Christmas Day."));
  EXPECT_EQ(day.at("open"), json::value(nullptr));
  EXPECT_EQ(day.at("holiday"), json::value("Christmas Day"));
  const auto same = ask("get_working_hours", "cedar-dental", {{"date", day.at("date")}});
  EXPECT_EQ(same.as_object(), christmas);
  const auto eve = ask("get_working_hours", "willow-hair", {{"holiday", "christmas eve"}});
  EXPECT_EQ(eve.as_object().at("summary"),
            json::value("We are open on Christmas Eve from nine to one."));
  EXPECT_EQ(
      ask("get_working_hours", "willow-hair", {{"holiday", "new years"}}).as_object().at("summary"),
      json::value("We are closed on New Year's Day."));
  EXPECT_EQ(ask("get_working_hours", "willow-hair", {{"holiday", "dragon day"}}),
            json::value(nullptr));
}

/// A free time of a service: its day and its time.
json::object slot_in(const json::value& availability, std::size_t at) {
  const auto& items = availability.as_object().at("items").as_array();
  const auto& start = items.at(at).as_object().at("start_time").as_string();
  const auto text = std::string_view(start);
  return {{"date", text.substr(0, 10)}, {"time", text.substr(11, 5)}};
}

TEST_F(Receptionist, BooksAFreeTimeOnceForTheCallerAndReadsItBack) {
  for (const auto& business : kBusinesses) {
    const json::object wanted{{"service", business.service}};
    const auto before = ask("get_availability", business.slug, wanted);
    auto slot = slot_in(before, 0);
    slot["service"] = business.service;

    const auto booked = ask("create_booking", business.slug, slot, business.caller);

    ASSERT_TRUE(booked.is_object()) << business.slug;
    const auto& row = booked.as_object();
    EXPECT_EQ(row.at("service"), json::value(business.service));
    EXPECT_EQ(row.at("booking_datetime"),
              before.as_object().at("items").at(0).as_object().at("start_time"));
    const auto after = ask("get_availability", business.slug, wanted);
    EXPECT_EQ(after.as_object().at("count").as_int64(),
              before.as_object().at("count").as_int64() - 1);
    EXPECT_EQ(ask("create_booking", business.slug, slot, "+12125550111"), json::value("CONFLICT"));
    const json::object number{{"booking_id", row.at("booking_id")}};
    const auto own = ask("get_booking_by_id", business.slug, number, business.caller);
    EXPECT_EQ(own.as_object().at("booking_datetime"), row.at("booking_datetime"));
    EXPECT_EQ(ask("get_booking_by_id", business.slug, number, "+12125550111"),
              json::value(nullptr));
    EXPECT_EQ(ask("cancel_booking", business.slug, number, "+12125550111"),
              json::value("CONFLICT"));
    EXPECT_EQ(
        ask("cancel_booking", business.slug, number, business.caller).as_object().at("status"),
        json::value("cancelled"));
    EXPECT_EQ(ask("cancel_booking", business.slug, number, business.caller),
              json::value("CONFLICT"));
    EXPECT_EQ(ask("get_availability", business.slug, wanted), before);
  }
}

TEST_F(Receptionist, BooksNothingThatIsNoFreeTimeOrNobodys) {
  const auto free = ask("get_availability", "willow-hair", {{"service", "haircut"}});
  auto slot = slot_in(free, 0);
  slot["service"] = "haircut";
  const auto with = [&slot](const char* name, const char* value) {
    auto changed = slot;
    changed[name] = value;
    return changed;
  };
  const auto caller = kBusinesses[0].caller;

  EXPECT_EQ(ask("create_booking", "willow-hair", with("time", "03:17"), caller),
            json::value("CONFLICT"));
  EXPECT_EQ(ask("create_booking", "willow-hair", with("date", "2001-01-01"), caller),
            json::value("CONFLICT"));
  EXPECT_EQ(ask("create_booking", "willow-hair", with("service", "dragon"), caller),
            json::value("CONFLICT"));
  EXPECT_EQ(ask("create_booking", "willow-hair", slot), json::value("CONFLICT"));
  EXPECT_EQ(ask("create_booking", "cedar-dental", slot, caller), json::value("CONFLICT"));
  EXPECT_EQ(ask("get_availability", "willow-hair", {{"service", "haircut"}}), free);
}

TEST_F(Receptionist, MovesOnlyTheCallersOwnBookingAndFreesItsTime) {
  const json::object wanted{{"service", "haircut"}};
  const auto before = ask("get_availability", "willow-hair", wanted);
  const auto caller = kBusinesses[0].caller;
  auto first = slot_in(before, 0);
  first["service"] = "haircut";
  auto move = slot_in(before, 1);
  move["booking_id"] =
      ask("create_booking", "willow-hair", first, caller).as_object().at("booking_id");

  EXPECT_EQ(ask("reschedule_booking", "willow-hair", move, "+12125550111"),
            json::value("CONFLICT"));
  const auto moved = ask("reschedule_booking", "willow-hair", move, caller);

  EXPECT_EQ(moved.as_object().at("booking_datetime"),
            before.as_object().at("items").at(1).as_object().at("start_time"));
  const auto after = ask("get_availability", "willow-hair", wanted);
  EXPECT_EQ(slot_in(after, 0).at("time"), first.at("time"));
  EXPECT_EQ(after.as_object().at("count").as_int64(),
            before.as_object().at("count").as_int64() - 1);
  EXPECT_EQ(ask("reschedule_booking", "willow-hair", move, caller), json::value("CONFLICT"));
  ask("cancel_booking", "willow-hair", {{"booking_id", move.at("booking_id")}}, caller);
  EXPECT_EQ(ask("get_availability", "willow-hair", wanted), before);
}

TEST_F(Receptionist, TakesAMessageForTheBusinessThatWasCalled) {
  const auto taken = ask("take_message", "harbor-bikes",
                         {{"name", "Ann"}, {"phone", "four one five"}, {"message", "My bike"}});
  const auto connection =
      storage::sqlite::Connection::open({.path = world_->database->options().path});
  const auto rows = (*connection)
                        ->query(
                            "SELECT business_id, caller_name, caller_phone, content, status "
                            "FROM messages WHERE id = :id",
                            {{"id", taken.as_object().at("message_id")}});

  EXPECT_EQ(
      json::serialize(*rows),
      R"([{"business_id":")" + tenant("harbor-bikes").id +
          R"(","caller_name":"Ann","caller_phone":"four one five","content":"My bike","status":"new"}])");
}

TEST_F(Receptionist, FindsWhatIsWrittenByTheCallersOwnWords) {
  const std::array<std::array<const char*, 3>, 5> asked{
      {{"willow-hair", "I have a wedding, could you open early?", "faq"},
       {"cedar-dental", "does a cleaning hurt", "faq"},
       {"harbor-bikes", "do you sell any used bikes", "faq"},
       {"harbor-bikes", "\"parking\" OR (NOT) near:* ^ -- col:x \\", "faq"},
       {"willow-hair", "cancellations", "policy"}}};

  for (const auto& [slug, words, source] : asked) {
    const auto found = ask("kb_search", slug, {{"query", words}}).as_object();
    ASSERT_GE(found.at("items").as_array().size(), 1u) << words;
    EXPECT_LE(found.at("items").as_array().size(), 4u);
  }
  const auto wedding = ask("kb_search", "willow-hair", {{"query", "wedding"}}).as_object();
  EXPECT_EQ(wedding.at("count"), json::value(1));
  EXPECT_EQ(ask("kb_search", "cedar-dental", {{"query", "wedding"}}).as_object().at("count"),
            json::value(0));
  EXPECT_TRUE(world_->loaded.snapshot->find("kb_search")->untrusted);
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

TEST_F(Receptionist, HasPhrasesForEveryLookUpThatNoOtherToolShares) {
  std::map<std::string, std::string> owner;
  for (const auto& tool : world_->loaded.snapshot->tools()) {
    const bool is_look_up = tool.category == registry::Category::retrieval;
    if (!is_look_up || tool.untrusted) continue;  // what a chat model has to plan
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
