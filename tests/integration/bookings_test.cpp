// A booking from the look-up to the row: in order, agreed to, once, and gone on with where the
// connection ended before the caller's yes.
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "raw_client.hpp"
#include "stage.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* kCaller = "+12125550199";  // the demo's own

/// One typed connection of a session.
class Connection {
 public:
  explicit Connection(const Gateway& gateway, const std::string& session_id = {})
      : client_(gateway.port()) {
    const auto query = session_id.empty() ? "" : "?session_id=" + session_id;
    status = client_.upgrade("/v1/realtime" + query, {"Authorization: Bearer " + gateway.token()});
    if (status != 101) return;
    id = std::string(find("session.created").at("session").at("id").as_string());
    send(R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}})");
    find("session.updated");
  }
  void say(const std::string& words) {
    const json::object part{{"type", "input_text"}, {"text", words}};
    const json::object item{{"type", "message"}, {"role", "user"}, {"content", json::array{part}}};
    send(json::serialize(json::object{{"type", "conversation.item.create"}, {"item", item}}));
    send(R"({"type":"response.create"})");
    find("response.done");
  }
  std::string id;
  int status = 0;

 private:
  json::object find(std::string_view type) {
    const auto frame = client_.find_frame(1, type);
    EXPECT_TRUE(frame) << "no " << type;
    return frame ? parse_strict(frame->payload)->as_object() : json::object{};
  }
  void send(const std::string& event) { client_.send(client_frame(1, event)); }
  RawClient client_;
};

class Bookings : public ::testing::Test {
 protected:
  void TearDown() override { expect_well(gateway); }

  json::array run(const std::string& sql) {
    auto connection =
        storage::sqlite::Connection::open({.path = gateway.data() / "callosum.db"}).value();
    return connection->query(sql, {{"phone", kCaller}}).value();
  }
  std::size_t booked() {
    return run("SELECT id FROM bookings WHERE customer_phone = :phone AND length(id) = 7").size();
  }
  json::object envelope() { return parse_strict(cloud.outputs().back()).value().as_object(); }
  std::string error_of() {
    const auto answer = envelope();
    return answer.contains("error") ? std::string(answer.at("error").at("type").as_string()) : "";
  }

  Cloud cloud;
  Gateway gateway{{"--set", "provider=openai", "--set", "providers.openai.url=" + cloud.url()},
                  Environment{{"OPENAI_API_KEY", "anything"}}};
};

TEST_F(Bookings, AreMadeInOrderAfterTheCallersYesAndOnce) {
  std::string id, token, booking;
  {
    Connection caller(gateway);
    id = caller.id;
    caller.say("call get_availability {}");
    const auto any = envelope();
    ASSERT_TRUE(any.at("ok").as_bool()) << json::serialize(any);
    const auto& first = any.at("data").at("items").at(0).as_object();
    const std::string start(first.at("start_time").as_string());
    const json::object look{{"service", first.at("service")}, {"date", start.substr(0, 10)}};
    auto wanted = look;
    wanted["time"] = start.substr(11, 5);
    booking = json::serialize(wanted);

    caller.say("call create_booking " + booking);
    EXPECT_EQ(error_of(), "VALIDATION") << json::serialize(envelope());
    EXPECT_EQ(json::serialize(envelope().at("error").at("call_first")),
              json::serialize(json::object{{"tool", "get_availability"}, {"arguments", look}}));
    caller.say("call get_availability " + json::serialize(look));
    EXPECT_EQ(error_of(), "");
    caller.say("call create_booking " + booking);
    EXPECT_EQ(error_of(), "CONFIRMATION_REQUIRED") << json::serialize(envelope());
    const auto output = cloud.outputs().back();
    const auto at = output.find("confirm_");
    ASSERT_NE(at, std::string::npos) << output;
    token = output.substr(at, 40);
    EXPECT_EQ(booked(), 0u);
  }
  ASSERT_TRUE(eventually(
      [&] {
        return !run("SELECT id FROM realtime_sessions WHERE open_questions LIKE '%confirm_%'"
                    " AND answered_calls <> '' AND state = 'ended'")
                    .empty();
      },
      10s));
  auto confirmed = parse_strict(booking).value().as_object();
  confirmed["confirmationToken"] = token;
  cloud.follow(
      "rules:\n  - {when: {tool_output: any}, say: So it is.}\n  - when: {text: 'yes'}\n"
      "    calls: [{name: create_booking, arguments: '" +
      json::serialize(confirmed) + "'}]\n");

  Connection again(gateway, id);
  ASSERT_EQ(again.status, 101);
  again.say("yes");

  ASSERT_TRUE(eventually([&] { return booked() == 1; }, 10s)) << cloud.outputs().back();
  const auto answer = envelope();
  ASSERT_TRUE(answer.at("ok").as_bool()) << json::serialize(answer);
  EXPECT_EQ(answer.at("data").at("status"), json::value("confirmed"));
  EXPECT_EQ(answer.at("data").at("service"), confirmed.at("service"));
  again.say("yes");
  EXPECT_EQ(booked(), 1u);
}

TEST_F(Bookings, AreMadeAnewOnceTheyWereCancelled) {
  json::object look, wanted;
  {
    Connection caller(gateway);
    caller.say("call get_availability {}");
    const auto any = envelope();
    const auto& first = any.at("data").at("items").at(0).as_object();
    const std::string start(first.at("start_time").as_string());
    look = {{"service", first.at("service")}, {"date", start.substr(0, 10)}};
    wanted = look;
    wanted["time"] = start.substr(11, 5);
  }
  const auto rule = [](const std::string& words, const std::string& tool, json::object arguments,
                       bool is_agreed) {
    if (is_agreed) arguments["confirmationToken"] = "<<token>>";
    return "  - when: {text: " + words + "}\n    calls: [{name: " + tool + ", arguments: '" +
           json::serialize(arguments) + "'}]\n";
  };
  const json::object its{{"booking_id", "<<booking_id>>"}};
  cloud.follow("rules:\n  - {when: {tool_output: any}, say: So it is.}\n" +
               rule("look", "get_availability", look, false) +
               rule("book", "create_booking", wanted, false) +
               rule("yes please", "create_booking", wanted, true) +
               rule("cancel", "cancel_booking", its, false) +
               rule("go ahead", "cancel_booking", its, true));
  Connection caller(gateway);

  for (const auto* words :
       {"look", "book", "yes please", "cancel", "go ahead", "look", "book", "yes please", "book"}) {
    caller.say(words);
  }

  const auto rows =
      run("SELECT status, count(*) AS n FROM bookings WHERE customer_phone = :phone"
          " AND length(id) = 7 GROUP BY status ORDER BY status");
  EXPECT_EQ(json::serialize(rows),
            R"([{"status":"cancelled","n":1},{"status":"confirmed","n":1}])");
}

TEST_F(Bookings, AreSearchedForInWordsThatNobodyTrusts) {
  Connection caller(gateway);

  caller.say(R"(call kb_search {"query":"can you open early for a \"wedding\" OR *"})");

  const auto answer = envelope();
  ASSERT_TRUE(answer.at("ok").as_bool()) << json::serialize(answer);
  EXPECT_EQ(answer.at("meta").at("untrusted"), json::value(true));
  EXPECT_GE(answer.at("data").at("count").as_int64(), 1);
  caller.say("call get_working_hours {}");
  EXPECT_FALSE(envelope().at("meta").as_object().contains("untrusted"));
}

}  // namespace
}  // namespace callosum::testing
