// What a model may do with a live call: hang up, put it through, press keys.
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "fake_phone.hpp"
#include "provider/offline/speech/mouth.hpp"
#include "stage.hpp"

namespace callosum::testing {
namespace {

namespace asio = boost::asio;
namespace speech = provider::offline::speech;
using namespace std::chrono_literals;

constexpr const char* kVoice = "/twilio/voice";

class PhoneTools : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto set = ask("PUT", "/api/admin/phone-numbers/+12125550100",
                         R"({"tenant_id":"willow-hair","pack":"receptionist",)"
                         R"("transfers":{"the manager":"+12125550123"}})");
    ASSERT_EQ(set.status, 200) << set.body;
    EXPECT_NE(set.body.find(R"("transfers":{"the manager":"+12125550123"})"), std::string::npos);
  }
  void TearDown() override { expect_well(gateway); }

  net::HttpResponse ask(const std::string& method, const std::string& path,
                        const std::string& body = {}) const {
    net::HttpRequest request;
    request.method = method;
    request.body = body;
    request.headers.set("Authorization", "Bearer " + gateway.token());
    return fetch(gateway.http(path), request);
  }
  std::string post(const std::string& target, const FakeCarrier::Fields& fields) const {
    const auto answer = carrier.post(target, fields);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  json::object row_when(const std::string& call, std::string_view outcome) const {
    json::object found;
    const auto path = "/api/admin/calls/" + call + "?tenant_id=willow-hair";
    EXPECT_TRUE(eventually(
        [&] {
          found = parse_strict(ask("GET", path).body).value().as_object();
          return found.at("outcome") == json::value(outcome);
        },
        20s))
        << json::serialize(found);
    return found;
  }
  bool place(FakePhone& phone, const std::string& call, const std::string& twiml,
             FakePhone::Script script) const {
    return phone.call(
        {carrier.media_url(), FakeCarrier::media_signature(), call, FakeCarrier::token_in(twiml)},
        std::move(script));
  }

  Cloud cloud;
  Gateway gateway{
      {"--set", std::string("phone.public_url=") + FakeCarrier::kPublicUrl, "--set",
       "phone.twilio.auth_token_env=PHONE_TOKEN", "--set",
       "phone.twilio.account=" + FakeCarrier::account(), "--set",
       "phone.greeting=Hello, this is Willow Hair.", "--set", "provider=openai", "--set",
       "providers.openai.url=" + cloud.url()},
      Environment{{"PHONE_TOKEN", FakeCarrier::token().reveal()}, {"OPENAI_API_KEY", "anything"}}};
  FakeCarrier carrier{gateway.http("")};
};

asio::awaitable<void> ask_and_wait_for_the_end(FakePhone& phone) {
  auto greeted = phone.until_quiet(600ms);
  co_await std::move(greeted);
  auto asked = phone.say(speech::Mouth::make("slt").value().speak("goodbye then").value());
  co_await std::move(asked);
  auto closed = phone.until_closed();
  co_await std::move(closed);
}

asio::awaitable<void> ask_and_break_off(FakePhone& phone) {
  auto greeted = phone.until_quiet(600ms);
  co_await std::move(greeted);
  auto asked = phone.say(speech::Mouth::make("slt").value().speak("the manager please").value());
  co_await std::move(asked);
  auto answered = phone.until_quiet(2500ms);
  co_await std::move(answered);
  phone.vanish();
}

asio::awaitable<void> hear_and_leave(FakePhone& phone) {
  auto greeted = phone.until_quiet(600ms);
  co_await std::move(greeted);
  phone.stop();
}

TEST_F(PhoneTools, HangUpOnceTheirLastWordsWereHeard) {
  cloud.follow(R"yaml(
transcripts: [goodbye then]
rules:
  - {when: {text: goodbye}, preamble: Goodbye and thank you., calls: [{name: hang_up, arguments: '{}'}]}
)yaml");
  const auto call = FakeCarrier::sid("CA", 1);
  const auto twiml = post(kVoice, FakeCarrier::fields(call));
  FakePhone phone;

  ASSERT_TRUE(place(phone, call, twiml, ask_and_wait_for_the_end));

  EXPECT_TRUE(phone.is_closed);
  EXPECT_EQ(phone.close_code, 1000);
  row_when(call, "completed");
  const auto next = post(FakeCarrier::redirect_in(twiml), FakeCarrier::fields(call));
  EXPECT_NE(next.find("<Hangup/>"), std::string::npos) << next;
}

TEST_F(PhoneTools, PutTheCallerThroughAfterTheirYesAndTakeThemBackWhereNobodyAnswers) {
  cloud.follow(R"yaml(
transcripts: [the manager please]
rules:
  - {when: {tool_output: transfer_call}, say: "Shall I put you through to the manager?"}
  - {when: {text: manager}, calls: [{name: transfer_call, arguments: {to: the manager}}]}
)yaml");
  const auto call = FakeCarrier::sid("CA", 2);
  const auto first = post(kVoice, FakeCarrier::fields(call));
  FakePhone phone;
  ASSERT_TRUE(place(phone, call, first, ask_and_break_off));
  const auto asked = cloud.outputs().back();
  const auto at = asked.find("confirm_");
  ASSERT_NE(at, std::string::npos) << asked;
  cloud.follow(
      "transcripts: ['yes please']\nrules:\n"
      "  - {when: {tool_output: transfer_call}, say: I am putting you through.}\n"
      "  - when: {text: 'yes'}\n"
      "    calls: [{name: transfer_call, arguments: {to: the manager, confirmationToken: " +
      asked.substr(at, 40) + "}}]\n");
  const auto second = post(FakeCarrier::redirect_in(first), FakeCarrier::fields(call));
  FakePhone again;

  ASSERT_TRUE(place(again, call, second, ask_and_wait_for_the_end));

  EXPECT_EQ(again.close_code, 1000);
  row_when(call, "transferred");
  const auto third = post(FakeCarrier::redirect_in(second), FakeCarrier::fields(call));
  EXPECT_NE(third.find("<Number>+12125550123</Number>"), std::string::npos) << third;
  EXPECT_NE(third.find("step=3"), std::string::npos) << third;
  auto nobody = FakeCarrier::fields(call);
  nobody.emplace_back("DialCallStatus", "no-answer");
  const auto fourth = post("/twilio/voice?step=3", nobody);
  FakePhone back;
  ASSERT_TRUE(place(back, call, fourth, hear_and_leave));
  row_when(call, "caller_hung_up");
}

TEST_F(PhoneTools, LeaveACallerAloneWhoWasPutThrough) {
  cloud.follow("rules: [{when: {any: true}, say: Hello.}]");
  const auto call = FakeCarrier::sid("CA", 3);
  const auto twiml = post(kVoice, FakeCarrier::fields(call));
  auto through = FakeCarrier::fields(call);
  through.emplace_back("DialCallStatus", "completed");

  const auto next = post(FakeCarrier::redirect_in(twiml), through);

  EXPECT_NE(next.find("<Hangup/>"), std::string::npos) << next;
}

TEST_F(PhoneTools, AreForThePhoneAlone) {
  for (const auto* words : {"call hang_up {}", R"(call transfer_call {"to":"the manager"})",
                            R"(call send_dtmf {"digits":"1"})"}) {
    const auto typed = type(gateway, words);
    const auto refused = typed.all("refused");
    ASSERT_EQ(refused.size(), 1u) << typed.transcript();
    EXPECT_EQ(refused[0].error_type, "MODE_RESTRICTED") << words;
  }
}

}  // namespace
}  // namespace callosum::testing
