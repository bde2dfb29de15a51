// What the gateway rules about a phone call besides what is said in it: whom it is for, what is
// known before the first word, and how long nobody may speak.
#include <boost/json/serialize.hpp>
#include <fstream>
#include <gmock/gmock.h>

#include "audio/pcm.hpp"
#include "base/json.hpp"
#include "fake_phone.hpp"
#include "served.hpp"
#include "stage.hpp"

namespace callosum::testing {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kVoice = "/twilio/voice";
constexpr const char* kRollout = "/api/admin/rollout/bella";

/// A gateway whose number is Bella's, and a carrier that calls it.
struct Line {
  explicit Line(const std::vector<std::string>& sets = {})
      : served(options(sets),
               {{"PHONE_TOKEN", FakeCarrier::token().reveal()}, {"DEEPGRAM_API_KEY", "any"}}),
        carrier(served.main()) {
    const auto made =
        served.ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    EXPECT_EQ(made.status, 201) << made.body;
    const auto number = served.ask("PUT", "/api/admin/phone-numbers/+12125550100",
                                   R"({"tenant_id":"bella","pack":"receptionist"})");
    EXPECT_EQ(number.status, 200) << number.body;
  }
  static std::vector<std::string> options(const std::vector<std::string>& sets) {
    std::vector<std::string> out{
        "--set", "provider=offline",
        "--set", std::string("phone.public_url=") + FakeCarrier::kPublicUrl,
        "--set", "phone.twilio.auth_token_env=PHONE_TOKEN"};
    for (const auto& each : sets) {
      out.emplace_back("--set");
      out.push_back(each);
    }
    return out;
  }
  /// By a person of Bella's with these roles.
  net::HttpResponse rollout(const std::string& method, const std::string& body = {},
                            const std::vector<std::string>& roles = {"admin", "operator"}) {
    net::HttpRequest request;
    request.method = method;
    request.body = body;
    request.headers.set("Authorization", "Bearer " + Served::token("bella", roles));
    return fetch(served.admin() + kRollout, request);
  }
  std::string voice(const std::string& call) const {
    return carrier.post(kVoice, FakeCarrier::fields(call)).body;
  }
  json::object row(const std::string& call) const {
    const auto answer = served.ask_of("bella", "GET", "/api/admin/calls/" + call);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_strict(answer.body).value().as_object();
  }

  Served served;
  FakeCarrier carrier;
};

std::string call_number(int number) {
  return FakeCarrier::sid("CA", static_cast<std::uint64_t>(number));
}

TEST(PhoneRollout, WhomItIsNotForGoesElsewhereAndOnce) {
  Line line;
  ASSERT_EQ(line.rollout("PUT", R"({"mode":"off","forward_to":"+12125550777"})").status, 200);
  const auto put_through = line.voice(call_number(1));
  const auto again = line.carrier.post(kVoice, FakeCarrier::fields(call_number(1)));
  ASSERT_EQ(
      line.rollout("PUT", R"({"mode":"percentage","percentage":0,"say":"Please ring the desk."})")
          .status,
      200);
  const auto told = line.voice(call_number(2));
  ASSERT_EQ(line.rollout("PUT", R"({"mode":"off"})").status, 200);
  const auto usual = line.voice(call_number(3));
  ASSERT_EQ(line.rollout("PUT", R"({"mode":"on"})").status, 200);
  const auto answered = line.voice(call_number(4));

  EXPECT_THAT(
      put_through,
      HasSubstr(
          R"(<Dial answerOnBridge="true" timeLimit="3600"><Number>+12125550777</Number></Dial>)"));
  EXPECT_THAT(put_through, Not(HasSubstr("<Stream")));
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(line.row(call_number(1)).at("outcome"), "elsewhere");
  EXPECT_THAT(told, HasSubstr("<Say>Please ring the desk.</Say>"));
  EXPECT_THAT(usual, HasSubstr("<Say>"));
  EXPECT_THAT(answered, HasSubstr("<Stream"));
  EXPECT_LE(line.served.metric("sessions_started_total"), 0);
}

TEST(PhoneRollout, IsRefusedWithWhatIsWrongAboutIt) {
  Line line;
  for (const std::string bad :
       {R"({})", R"({"mode":"some"})", R"({"mode":"percentage"})", R"({"mode":"on","x":1})",
        R"({"mode":"percentage","percentage":101})", R"({"mode":"off","forward_to":"desk"})",
        R"({"mode":"off","forward_to":"+12125550100"})", "7"}) {
    EXPECT_EQ(line.rollout("PUT", bad).status, 400) << bad;
  }
  const auto now = line.rollout("GET");
  EXPECT_EQ(now.status, 200);
  EXPECT_THAT(now.body, HasSubstr(R"("mode":"on","percentage":100)"));
}

TEST(PhoneRollout, IsTheAdminsButANumberToForwardToIsTheOperators) {
  Line line;
  const std::string forward = R"({"mode":"off","forward_to":"+12125550777"})";
  EXPECT_EQ(line.rollout("PUT", R"({"mode":"percentage","percentage":20})", {"admin"}).status, 200);
  EXPECT_EQ(line.rollout("PUT", forward, {"admin"}).status, 403);
  EXPECT_EQ(line.rollout("PUT", forward).status, 200);
  EXPECT_EQ(line.rollout("PUT", forward, {"admin"}).status, 200);  // it stays as it is
  EXPECT_EQ(line.rollout("GET", "", {"agent"}).status, 403);
  const auto foreign = line.served.ask_of("corner", "GET", kRollout);
  EXPECT_EQ(foreign.status, 403) << foreign.body;
}

asio::awaitable<void> wait_for_the_end(FakePhone& phone) {
  auto closed = phone.until_closed();
  co_await std::move(closed);
}

TEST(PhoneSilence, IsAskedAboutTwiceThenTheCallEndsWithAGoodbyeThatIsHeard) {
  Line line({"phone.silence_prompt_s=1", "phone.silence_prompt=Anybody there?",
             "phone.silence_goodbye=Goodbye then."});
  const auto call = call_number(1);
  const auto twiml = line.voice(call);
  FakePhone phone;

  ASSERT_TRUE(phone.call({line.carrier.media_url(), FakeCarrier::media_signature(), call,
                          FakeCarrier::token_in(twiml)},
                         wait_for_the_end));

  EXPECT_EQ(phone.close_code, 1000);
  EXPECT_TRUE(eventually([&] { return !line.row(call).at("outcome").is_null(); }, 10s));
  const auto row = line.row(call);
  const auto text = json::serialize(row);
  EXPECT_EQ(row.at("outcome"), "silent") << text;
  const auto& turns = row.at("transcript").as_array();
  ASSERT_EQ(turns.size(), 4u) << text;
  EXPECT_EQ(turns[1].at("text"), "Anybody there?");
  EXPECT_EQ(turns[2].at("text"), "Anybody there?");
  EXPECT_EQ(turns[3].at("text"), "Goodbye then.");
  EXPECT_FALSE(turns[3].as_object().contains("cut")) << text;
  const auto next = line.carrier.post(FakeCarrier::redirect_in(twiml), FakeCarrier::fields(call));
  EXPECT_THAT(next.body, HasSubstr("<Hangup/>"));
}

/// So much sound that is no silence: what it says is the simulator's to know.
audio::Pcm sound(std::chrono::milliseconds span) {
  audio::Pcm out{{}, audio::kPhoneRateHz};
  const auto samples = static_cast<std::size_t>(span.count()) * audio::kPhoneRateHz / 1000;
  for (std::size_t i = 0; i < samples; ++i) out.samples.push_back(i % 16 < 8 ? 9000 : -9000);
  return out;
}

asio::awaitable<void> ask_and_speak_over(FakePhone& phone) {
  auto greeted = phone.until_quiet(600ms);
  co_await std::move(greeted);
  auto asked = phone.say(sound(1200ms));
  co_await std::move(asked);
  auto answered = phone.until_heard(500ms);
  co_await std::move(answered);
  auto spoken = phone.say(sound(300ms));
  co_await std::move(spoken);
  auto quiet = phone.until_quiet(1500ms);
  co_await std::move(quiet);
  phone.stop();
}

/// A call over ears that know the first word with the start of a turn.
struct SpokenOver {
  explicit SpokenOver(const std::string& words) {
    const auto script = folder.path() / "script.yaml";
    std::ofstream(script) << "utterances:\n  - what services do you offer\n  - " << words << "\n";
    const Cloud deepgram("deepgram", {"--script", script.string()});
    auto url = deepgram.url();
    if (url.ends_with('/')) url.pop_back();
    Line line(
        {"provider=cascade", "providers.cascade.ears=deepgram", "speech.deepgram.url=" + url});
    const auto call = call_number(1);
    const auto twiml = line.voice(call);
    EXPECT_TRUE(phone.call({line.carrier.media_url(), FakeCarrier::media_signature(), call,
                            FakeCarrier::token_in(twiml)},
                           ask_and_speak_over));
    EXPECT_TRUE(eventually([&] { return !line.row(call).at("outcome").is_null(); }, 10s));
    row = line.row(call);
    for (const auto& turn : row.at("transcript").as_array()) {
      if (turn.at("role") == "user") heard.emplace_back(turn.at("text").as_string());
    }
  }
  TempFolder folder;
  FakePhone phone;
  json::object row;
  std::vector<std::string> heard;
};

TEST(PhoneBackChannel, ClearsNothingAndIsNoTurn) {
  const SpokenOver call("mm-hm");

  EXPECT_EQ(call.phone.clears, 0u);
  EXPECT_THAT(call.heard, ::testing::ElementsAre("what services do you offer"))
      << json::serialize(call.row);
}

TEST(PhoneBackChannel, IsNoneWhereTheCallerWantsSomething) {
  const SpokenOver call("no wait");

  EXPECT_EQ(call.phone.clears, 1u);
  EXPECT_THAT(call.heard, ::testing::ElementsAre("what services do you offer", "no wait"))
      << json::serialize(call.row);
}

}  // namespace
}  // namespace callosum::testing
