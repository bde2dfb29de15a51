// A phone call from its webhook to its end: who is let in, what is said, what is written down.
#include <boost/json/serialize.hpp>
#include <csignal>

#include "audio/g711.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "fake_phone.hpp"
#include "provider/offline/speech/mouth.hpp"
#include "provider/offline/speech/reply_ears.hpp"
#include "provider/offline/speech/words.hpp"
#include "served.hpp"
#include "stage.hpp"

namespace callosum::testing {
namespace {

namespace asio = boost::asio;
namespace speech = provider::offline::speech;
using namespace std::chrono_literals;

constexpr const char* kVoice = "/twilio/voice";
constexpr const char* kStatus = "/twilio/status";

audio::Pcm spoken(const std::string& text) {
  return speech::Mouth::make("slt").value().speak(text).value();
}

net::HttpResponse as_operator(const Gateway& gateway, const std::string& method,
                              const std::string& path, const std::string& body = {}) {
  net::HttpRequest request;
  request.method = method;
  request.body = body;
  request.headers.set("Authorization", "Bearer " + gateway.token());
  return fetch(gateway.http(path), request);
}

class Phone : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    gateway = std::make_unique<Gateway>(
        std::vector<std::string>{"--set",
                                 std::string("phone.public_url=") + FakeCarrier::kPublicUrl,
                                 "--set", "phone.twilio.auth_token_env=PHONE_TOKEN", "--set",
                                 "phone.twilio.account=" + FakeCarrier::account(), "--set",
                                 "phone.greeting=Hello, this is Willow Hair."},
        Environment{{"PHONE_TOKEN", FakeCarrier::token().reveal()}});
    const auto set = as_operator(*gateway, "PUT", "/api/admin/phone-numbers/+12125550100",
                                 R"({"tenant_id":"willow-hair","pack":"receptionist"})");
    ASSERT_EQ(set.status, 200) << set.body;
  }
  static void TearDownTestSuite() { gateway.reset(); }
  void TearDown() override { expect_well(*gateway); }

  FakeCarrier carrier{gateway->http("")};
  std::string next_call() { return FakeCarrier::sid("CA", ++calls); }

  /// The stream that TwiML names.
  FakePhone::Opening opening(const std::string& call, const std::string& twiml) const {
    return {carrier.media_url(), FakeCarrier::media_signature(), call,
            FakeCarrier::token_in(twiml)};
  }
  static json::object row(const std::string& call) {
    const auto answer =
        as_operator(*gateway, "GET", "/api/admin/calls/" + call + "?tenant_id=willow-hair");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_strict(answer.body).value().as_object();
  }
  static json::object row_when_over(const std::string& call) {
    json::object found;
    EXPECT_TRUE(eventually(
        [&] {
          found = row(call);
          return !found.at("outcome").is_null();
        },
        10s))
        << json::serialize(found);
    return found;
  }
  static double sessions() { return metric(*gateway, "sessions_started_total"); }

  static inline std::unique_ptr<Gateway> gateway;
  static inline std::uint64_t calls = 0;
};

asio::awaitable<void> ask_and_leave(FakePhone& phone, std::string question) {
  auto greeted = phone.until_quiet(600ms);
  co_await std::move(greeted);
  auto asked = phone.say(spoken(question));
  co_await std::move(asked);
  auto answered = phone.until_quiet(1500ms);
  co_await std::move(answered);
  phone.stop();
}

asio::awaitable<void> hear_greeting_and_leave(FakePhone& phone) {
  auto greeted = phone.until_quiet(600ms);
  co_await std::move(greeted);
  phone.stop();
}

asio::awaitable<void> wait_for_the_end(FakePhone& phone) {
  auto closed = phone.until_closed();
  co_await std::move(closed);
}

TEST_F(Phone, AQuestionIsAnsweredAloudAndWrittenDown) {
  const auto call = next_call();
  const auto answer = carrier.post(kVoice, FakeCarrier::fields(call));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_NE(answer.body.find("wss://voice.example/twilio/media"), std::string::npos);
  FakePhone phone;

  ASSERT_TRUE(phone.call(opening(call, answer.body), [](FakePhone& line) {
    return ask_and_leave(line, "when is my next appointment");
  }));

  const auto written = row_when_over(call);
  const auto text = json::serialize(written);
  EXPECT_EQ(written.at("outcome"), "caller_hung_up") << text;
  EXPECT_EQ(written.at("from"), "+12125550199");
  EXPECT_EQ(written.at("attested"), true);
  EXPECT_EQ(written.at("intent"), "get_latest_booking") << text;
  const auto& tools = written.at("tool_history").as_array();
  ASSERT_EQ(tools.size(), 1u) << text;
  EXPECT_EQ(tools[0].at("ok"), true);
  std::vector<std::string> sentences;
  for (const auto& turn : written.at("transcript").as_array()) {
    if (turn.at("role") == "assistant") sentences.emplace_back(turn.at("text").as_string());
  }
  ASSERT_GE(sentences.size(), 2u) << text;
  EXPECT_EQ(sentences[0], "Hello, this is Willow Hair.");
  // It is in the sound, too.
  const TempFolder cache;
  const auto ears = speech::ReplyEars::make(sentences, cache.path(), speech::Band::phone);
  ASSERT_TRUE(ears) << ears.error().message;
  audio::Pcm heard{{}, audio::kPhoneRateHz};
  for (const auto code : phone.played) heard.samples.push_back(audio::decode_mulaw(code));
  const auto words = ears->hear(heard);
  ASSERT_TRUE(words);
  EXPECT_NE(words->find("haircut"), std::string::npos) << *words;
  EXPECT_LE(phone.longest_queue, 1300ms);  // little is in vain when the caller speaks
  EXPECT_GT(phone.marks, 5u);
  for (const auto* kind : {"heard", "planned", "called", "answered", "said", "played"}) {
    EXPECT_NE(text.find("\"kind\":\"" + std::string(kind) + "\""), std::string::npos) << kind;
  }
}

asio::awaitable<void> interrupt(FakePhone& phone) {
  auto greeted = phone.until_quiet(600ms);
  co_await std::move(greeted);
  auto asked = phone.say(spoken("which services do you have"));
  co_await std::move(asked);
  auto answered = phone.until_heard(700ms);
  co_await std::move(answered);
  auto again = phone.say(spoken("what are your hours"));
  co_await std::move(again);
  auto quiet = phone.until_quiet(1500ms);
  co_await std::move(quiet);
  phone.stop();
}

TEST_F(Phone, WhoeverSpeaksIsNotTalkedOverAndNothingUnheardIsRemembered) {
  const auto call = next_call();
  const auto answer = carrier.post(kVoice, FakeCarrier::fields(call));
  FakePhone phone;

  ASSERT_TRUE(phone.call(opening(call, answer.body), interrupt));

  EXPECT_EQ(phone.clears, 1u);
  EXPECT_GT(phone.cleared_bytes, 0u);
  const auto written = row_when_over(call);
  const auto text = json::serialize(written);
  const json::object* cut = nullptr;
  for (const auto& turn : written.at("transcript").as_array()) {
    if (turn.as_object().contains("cut")) cut = &turn.as_object();
  }
  ASSERT_TRUE(cut) << text;
  EXPECT_EQ(written.at("tool_history").as_array().size(), 2u) << text;
}

TEST_F(Phone, AWebhookSentAHundredTimesStartsOneSession) {
  const auto call = next_call();
  const auto before = sessions();
  std::string twiml;
  int taken = 0;
  for (int i = 0; i < 100; ++i) {
    const auto answer = carrier.post(kVoice, FakeCarrier::fields(call));
    if (answer.status == 200) twiml = answer.body;
    taken += answer.status == 200 ? 1 : 0;
    EXPECT_TRUE(answer.status == 200 || answer.status == 409) << answer.status;
  }
  EXPECT_EQ(taken, 1);
  FakePhone phone;
  ASSERT_TRUE(phone.call(opening(call, twiml), hear_greeting_and_leave));
  row_when_over(call);
  EXPECT_EQ(sessions() - before, 1);
}

TEST_F(Phone, OnlySignedWebhooksOfThisAccountAreTaken) {
  const auto call = next_call();
  const auto fields = FakeCarrier::fields(call);
  const auto good = FakeCarrier::sign(kVoice, fields);
  net::HttpRequest unsigned_one;
  unsigned_one.method = "POST";
  unsigned_one.body = "CallSid=" + call;
  EXPECT_EQ(fetch(gateway->http(kVoice), unsigned_one).status, 400);
  EXPECT_EQ(carrier.post(kVoice, fields, "AAAA").status, 403);
  EXPECT_EQ(carrier.post(kVoice + std::string("?x=1"), fields, good).status, 403);
  auto more = fields;
  more.emplace_back("Digits", "1");
  EXPECT_EQ(carrier.post(kVoice, more, good).status, 403);
  auto fewer = fields;
  fewer.pop_back();
  EXPECT_EQ(carrier.post(kVoice, fewer, good).status, 403);
  auto foreign = fields;
  foreign[1].second = FakeCarrier::sid("AC", 43);
  EXPECT_EQ(carrier.post(kVoice, foreign).status, 403);
  EXPECT_EQ(carrier.post(kVoice + std::string("?step=1"), fields).status, 409);
  EXPECT_EQ(carrier.post(kVoice, fields).status, 200);
}

TEST_F(Phone, ANumberThatNobodyHasIsAnsweredByTheCarrierAlone) {
  const auto answer =
      carrier.post(kVoice, FakeCarrier::fields(next_call(), "+12125550199", "+12125550999"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("<Say>"), std::string::npos) << answer.body;
  EXPECT_EQ(answer.body.find("<Stream"), std::string::npos);
}

TEST_F(Phone, AStreamWithoutItsTokenIsClosedBeforeAnybodyIsAsked) {
  const auto before = sessions();
  const auto call = next_call();
  const auto twiml = carrier.post(kVoice, FakeCarrier::fields(call)).body;
  const auto good = opening(call, twiml);
  std::vector<FakePhone::Opening> wrong(4, good);
  wrong[0].token = std::string(32, '0');
  wrong[1].token = "";
  const auto other = next_call();
  const auto others = carrier.post(kVoice, FakeCarrier::fields(other)).body;
  wrong[2].token = FakeCarrier::token_in(others);  // of another call
  wrong[3].call = other;                           // with this one's token: then that is gone
  for (const auto& each : wrong) {
    FakePhone phone;
    ASSERT_TRUE(phone.call(each, wait_for_the_end));
    EXPECT_EQ(phone.close_code, 1008);
    EXPECT_TRUE(phone.played.empty());
  }
  FakePhone late;
  ASSERT_TRUE(late.call(good, wait_for_the_end));
  EXPECT_EQ(late.close_code, 1008);
  EXPECT_EQ(sessions() - before, 0);

  for (const auto& signature : {std::string("AAAA"), FakeCarrier::sign("/twilio/media", {})}) {
    auto unsigned_one = good;
    unsigned_one.signature = signature;
    FakePhone phone;
    EXPECT_FALSE(phone.call(unsigned_one, wait_for_the_end));
  }
}

TEST_F(Phone, ATokenOpensOneStreamAndAccountsAreCompared) {
  const auto call = next_call();
  const auto twiml = carrier.post(kVoice, FakeCarrier::fields(call)).body;
  FakePhone phone;
  ASSERT_TRUE(phone.call(opening(call, twiml), hear_greeting_and_leave));
  const auto before = sessions();
  FakePhone again;
  ASSERT_TRUE(again.call(opening(call, twiml), wait_for_the_end));
  EXPECT_EQ(again.close_code, 1008);

  const auto next = next_call();
  auto foreign = opening(next, carrier.post(kVoice, FakeCarrier::fields(next)).body);
  foreign.account = FakeCarrier::sid("AC", 7);
  FakePhone stranger;
  ASSERT_TRUE(stranger.call(foreign, wait_for_the_end));
  EXPECT_EQ(stranger.close_code, 1008);
  EXPECT_EQ(sessions() - before, 0);
}

asio::awaitable<void> forge(FakePhone& phone, std::string message) {
  auto greeted = phone.until_heard(200ms);
  co_await std::move(greeted);
  phone.send(message);
  auto closed = phone.until_closed();
  co_await std::move(closed);
}

TEST_F(Phone, AMessageThatNoCarrierSendsEndsTheStream) {
  for (
      const std::string message :
      {R"({"event":"start","sequenceNumber":"99999","streamSid":"MZ1","start":{"callSid":"CA1"}})",
       R"({"event":"media","sequenceNumber":"99999","streamSid":"MZ8","media":{"payload":"////"}})",
       R"({"event":"dtmf","sequenceNumber":"1","streamSid":"MZ77777777777777777777777777777777","dtmf":{"digit":"1"}})",
       "nonsense"}) {
    const auto call = next_call();
    const auto twiml = carrier.post(kVoice, FakeCarrier::fields(call)).body;
    FakePhone phone;
    ASSERT_TRUE(
        phone.call(opening(call, twiml), [&](FakePhone& line) { return forge(line, message); }));
    EXPECT_EQ(phone.close_code, 1008) << message;
    EXPECT_EQ(row_when_over(call).at("outcome"), "failed");
  }
}

asio::awaitable<void> break_off(FakePhone& phone) {
  auto greeted = phone.until_quiet(600ms);
  co_await std::move(greeted);
  auto asked = phone.say(spoken("when is my next appointment"));
  co_await std::move(asked);
  auto answered = phone.until_quiet(1500ms);
  co_await std::move(answered);
  phone.vanish();
}

TEST_F(Phone, ACallThatComesBackGoesOnWithItsConversation) {
  const auto call = next_call();
  const auto first = carrier.post(kVoice, FakeCarrier::fields(call)).body;
  FakePhone phone;
  ASSERT_TRUE(phone.call(opening(call, first), break_off));
  const auto back = FakeCarrier::redirect_in(first);
  EXPECT_EQ(back, "/twilio/voice?step=1");

  const auto second = carrier.post(back, FakeCarrier::fields(call));

  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(carrier.post(back, FakeCarrier::fields(call)).status, 409);  // a step is taken once
  const auto before = row(call);
  FakePhone again;
  ASSERT_TRUE(again.call(opening(call, second.body), hear_greeting_and_leave));
  ASSERT_TRUE(eventually([&] { return row(call).at("streams") == 2; }, 5s));
  const auto after = row_when_over(call);
  EXPECT_EQ(after.at("session_id"), before.at("session_id"));
  const auto& turns = after.at("transcript").as_array();
  EXPECT_GT(turns.size(), before.at("transcript").as_array().size());
  const auto third = FakeCarrier::redirect_in(second.body);
  EXPECT_EQ(third, "/twilio/voice?step=2");
  EXPECT_THAT(second.body, ::testing::Not(::testing::HasSubstr("<Say>")));
  EXPECT_THAT(carrier.post(third, FakeCarrier::fields(call)).body,
              ::testing::HasSubstr("<Say>One moment"));
}

asio::awaitable<void> die_in_mid_call(FakePhone& phone, Process& gateway) {
  auto greeted = phone.until_quiet(600ms);
  co_await std::move(greeted);
  auto asked = phone.say(spoken("what are your hours"));
  co_await std::move(asked);
  auto answered = phone.until_quiet(1500ms);
  co_await std::move(answered);
  gateway.send_signal(SIGKILL);
  auto closed = phone.until_closed();
  co_await std::move(closed);
}

/// A call whose gateway is killed in the middle of it, and started again.
struct PhoneCrash : ::testing::Test {
  void begin(const std::string& further = "phone.keep_transcripts=true") {
    served = std::make_unique<Served>(
        std::vector<std::string>{"--set", "provider=offline", "--set",
                                 std::string("phone.public_url=") + FakeCarrier::kPublicUrl,
                                 "--set", "phone.twilio.auth_token_env=PHONE_TOKEN", "--set",
                                 further},
        Environment{{"PHONE_TOKEN", FakeCarrier::token().reveal()}});
    ASSERT_EQ(
        served->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})")
            .status,
        201);
    const auto set = served->ask("PUT", "/api/admin/phone-numbers/+12125550100",
                                 R"({"tenant_id":"bella","pack":"receptionist"})");
    ASSERT_EQ(set.status, 200) << set.body;
    const FakeCarrier carrier(served->main());
    twiml = carrier.post(kVoice, FakeCarrier::fields(call)).body;
    FakePhone phone;
    ASSERT_TRUE(phone.call(
        opening(twiml), [&](FakePhone& line) { return die_in_mid_call(line, served->process()); }));
    served->start_again();
  }
  FakePhone::Opening opening(const std::string& body) const {
    return {FakeCarrier(served->main()).media_url(), FakeCarrier::media_signature(), call,
            FakeCarrier::token_in(body)};
  }
  json::object whole() const {
    const auto answer = served->ask_of("bella", "GET", "/api/admin/calls/" + call);
    return parse_strict(answer.body).value().as_object();
  }
  bool holds_words() const {
    return json::serialize(whole()).find("what are your hours") != std::string::npos;
  }

  std::unique_ptr<Served> served;
  const std::string call = FakeCarrier::sid("CA", 1);
  std::string twiml;  // of the first stream
};

TEST_F(PhoneCrash, ACallWhoseGatewayWasKilledGoesOnWithTheSameSession) {
  begin();

  const auto known = whole();
  EXPECT_TRUE(holds_words());
  const FakeCarrier after(served->main());
  EXPECT_EQ(after.post(kVoice, FakeCarrier::fields(call)).status, 409);
  const auto second = after.post(FakeCarrier::redirect_in(twiml), FakeCarrier::fields(call));
  ASSERT_EQ(second.status, 200) << second.body;
  FakePhone again;
  ASSERT_TRUE(again.call(opening(second.body), hear_greeting_and_leave));
  ASSERT_TRUE(eventually([&] { return !whole().at("outcome").is_null(); }, 10s));
  EXPECT_EQ(whole().at("session_id"), known.at("session_id"));
  EXPECT_GT(whole().at("transcript").as_array().size(), known.at("transcript").as_array().size());
}

TEST_F(PhoneCrash, ACallThatNeverComesBackLeavesNoWordsWhereNoneAreKept) {
  begin("phone.keep_transcripts=false");
  EXPECT_TRUE(holds_words()) << "they are needed where it comes back";
  auto fields = FakeCarrier::fields(call);
  for (auto& [name, value] : fields) {
    if (name == "CallStatus") value = "completed";
  }

  EXPECT_EQ(FakeCarrier(served->main()).post(kStatus, fields).status, 204);

  EXPECT_FALSE(holds_words()) << json::serialize(whole());
  EXPECT_EQ(whole().at("status"), "completed");
}

TEST_F(Phone, TheCarriersWordGoesForwardsOnly) {
  const auto call = next_call();
  auto fields = FakeCarrier::fields(call);
  ASSERT_EQ(carrier.post(kVoice, fields).status, 200);
  const auto say = [&](const std::string& status) {
    for (auto& [name, value] : fields) {
      if (name == "CallStatus") value = status;
    }
    return carrier.post(kStatus, fields).status;
  };
  EXPECT_EQ(say("in-progress"), 204);
  EXPECT_EQ(say("ringing"), 409);
  fields.emplace_back("CallDuration", "12");
  EXPECT_EQ(say("completed"), 204);
  EXPECT_EQ(say("completed"), 409);
  EXPECT_EQ(row(call).at("status"), "completed");
  EXPECT_EQ(row(call).at("duration_s"), 12);
  EXPECT_EQ(carrier.post(kVoice + std::string("?step=1"), FakeCarrier::fields(call)).status, 409);
}

/// Through the door a few hundred; ten thousand are the signature's own test.
TEST_F(Phone, OfMutatedSignaturesNoneIsTaken) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  SeededRandom random(3);
  const auto call = next_call();
  const auto fields = FakeCarrier::fields(call);
  const auto good = FakeCarrier::sign(kVoice, fields);
  for (int i = 0; i < 300; ++i) {
    auto mutant = good;
    mutant[random.next_u64() % mutant.size()] = kLetters[random.next_u64() % kLetters.size()];
    if (mutant == good) continue;
    const auto status = carrier.post(kVoice, fields, mutant).status;
    EXPECT_EQ(status, 403) << mutant;
  }
  EXPECT_EQ(carrier.post(kVoice, fields).status, 200);  // that call was still nobody's
}

}  // namespace
}  // namespace callosum::testing
