// The REST side of the simulated carrier (protocol: telephony §1.9).
#include "sim/twilio/rest.hpp"

#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "sim/twilio/exchange.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::twilio {
namespace {

struct Fixture {
  callosum::testing::VirtualWorld world;
  SeededRandom random{7};
  Report report{Report::Form::nothing};
  Phone phone{world.time(), random, report, {.to = "http://127.0.0.1:1/voice"}};
  std::shared_ptr<const CallScript> script = std::make_shared<const CallScript>();
  Exchange exchange{phone, world.executor(), script};
  RestDoor door{phone, script,
                [this](Dialling dialling) -> Call& { return exchange.dial(std::move(dialling)); }};

  ~Fixture() {
    try {
      world.run(exchange.close());
    } catch (const std::exception&) {  // a bug of a call: its test has failed before
    }
  }

  net::HttpResponse send(const std::string& method, const std::string& path,
                         const std::string& form = {}, const std::string& password = "12345") {
    net::HttpRequest request;
    request.method = method;
    request.target = path;
    request.body = form;
    const auto pair = phone.options.account + ":" + password;
    request.headers.set("Authorization", "Basic " + encode_base64(std::vector<std::uint8_t>(
                                                        pair.begin(), pair.end())));
    const auto response = world.run(door.handle(request));
    world.settle();
    return response;
  }
  std::string calls() const { return "/2010-04-01/Accounts/" + phone.options.account + "/Calls"; }
  /// A call that waits for an hour.
  std::string call_out() {
    const auto made =
        send("POST", calls() + ".json",
             "To=%2B31&From=%2B32&Twiml=" +
                 net::encode_percent(R"(<Response><Pause length="600"/></Response>)"));
    return std::string(text_at(parse_strict(made.body)->get_object(), "sid"));
  }
  std::int64_t counted(const char* counter) const {
    const auto summary = report.summary();
    const auto* value = summary.if_contains(counter);
    return value ? value->to_number<std::int64_t>() : 0;
  }
};

TEST(TwilioRest, EndsACallThatIsUnderWay) {
  Fixture f;
  const auto sid = f.call_out();
  const auto path = f.calls() + "/" + sid + ".json";

  const auto live = f.send("GET", path);
  const auto ended = f.send("POST", path, "Status=completed");
  const auto gone = f.send("POST", path, "Status=completed");

  EXPECT_EQ(text_at(parse_strict(live.body)->get_object(), "status"), "in-progress");
  EXPECT_EQ(text_at(parse_strict(live.body)->get_object(), "direction"), "outbound-api");
  EXPECT_EQ(ended.status, 200);
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(parse_strict(gone.body)->get_object().at("code"), 20404);
}

TEST(TwilioRest, MovesACall) {
  Fixture f;
  const auto path = f.calls() + "/" + f.call_out() + ".json";

  f.send("POST", path,
         "Twiml=" + net::encode_percent("<Response><Dial>+31205555555</Dial></Response>"));

  EXPECT_EQ(f.counted("transfers"), 1);
  EXPECT_EQ(f.send("GET", path).status, 404);
}

TEST(TwilioRest, RefusesWhatItCannot) {
  Fixture f;
  const auto path = f.calls() + "/" + f.call_out() + ".json";

  EXPECT_EQ(f.send("GET", path, "", "other").status, 401);
  EXPECT_EQ(f.send("POST", path, "Status=ringing").status, 400);
  EXPECT_EQ(f.send("POST", path, "Twiml=%3CFax").status, 400);
  EXPECT_EQ(f.send("POST", path, "").status, 400);
  EXPECT_EQ(f.send("POST", f.calls() + ".json", "To=1").status, 400);
  EXPECT_EQ(f.send("GET", "/2010-04-01/Accounts/AC9/Calls/x.json").status, 404);
  EXPECT_EQ(f.send("GET", "/elsewhere").status, 404);
  EXPECT_EQ(f.send("POST", "/sim/calls", "steps: [{shout: a}]").status, 400);
}

TEST(TwilioSpread, IsBoundedAndExactAtTheTop) {
  Spread spread;
  for (int i = 1; i <= 100; ++i) spread.add(i);
  spread.add(123456.78);

  const auto json = spread.to_json();

  EXPECT_EQ(json.at("n"), 101);
  EXPECT_EQ(json.at("p50"), 51.0);
  EXPECT_EQ(json.at("p99"), 100.0);
  EXPECT_EQ(json.at("max"), 123456.8);
  EXPECT_EQ(Spread().to_json().size(), 1u);
}

}  // namespace
}  // namespace callosum::sim::twilio
