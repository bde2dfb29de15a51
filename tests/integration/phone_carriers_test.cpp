// The doors of carriers other than the first one: whole calls of each through its own, and what
// none of them lets in.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/ed25519.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "channel/twilio/carrier_plivo.hpp"
#include "fake_phone.hpp"
#include "phone_cases.hpp"
#include "served.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class PhoneCarriers : public ::testing::TestWithParam<const char*> {
 protected:
  CallRows place(PhoneCase& each, const std::string& script) {
    each.carrier = GetParam();
    stand.provider().follow(script);
    auto rows = stand.place({each}, {});
    return std::move(rows.front());
  }
  static PhoneCase asks(const std::string& name, std::size_t questions) {
    PhoneCase out;
    out.name = name;
    for (std::size_t i = 0; i < questions; ++i) out.says.push_back({"told by the voice"});
    return out;
  }
  static const json::object* first(const CallRows& rows, std::string_view event) {
    for (const auto& line : rows.timeline) {
      if (text_at(line.as_object(), "event") == event) return &line.as_object();
    }
    return nullptr;
  }
  PhoneStand stand{"openai"};
};

constexpr const char* kHours = R"(
transcripts: [what are your hours]
rules:
  - {when: {text: hours}, calls: [{name: get_working_hours}]}
  - {when: {tool_output: any}, say: Here you are.}
)";

TEST_P(PhoneCarriers, AQuestionIsAnsweredThroughItsOwnDoor) {
  auto call = asks("hours", 1);
  call.audited = {"get_working_hours ok"};
  call.intent = "get_working_hours";
  call.kinds = {"heard", "planned", "called", "answered", "said", "played"};

  const auto rows = place(call, kHours);

  stand.judge(call, rows);
  EXPECT_EQ(text_at(rows.row, "carrier"), GetParam());
  EXPECT_EQ(text_at(rows.row, "caller"), "+12125550199");
  EXPECT_EQ(rows.row.at("attested"), 0) << rows.told();  // it vouches for nobody
  EXPECT_GE(rows.row.at("duration_s").to_number<int>(), 1) << rows.told();
  EXPECT_EQ(first(rows, "refused_order"), nullptr) << rows.told();
  EXPECT_NE(first(rows, "answered"), nullptr) << rows.told();
}

TEST_P(PhoneCarriers, WhoeverSpeaksOverAnAnswerIsHeard) {
  auto call = asks("barge", 2);
  call.audited = {"get_working_hours ok"};
  call.intent = "get_working_hours";
  call.kinds = {"cut"};
  call.steps =
      "  - {wait_silence_ms: 300, timeout_ms: 4000}\n"
      "  - say: '{0}'\n"
      "  - {barge_in_ms: 900, timeout_ms: 9000}\n"
      "  - say: '{1}'\n"
      "  - {wait_silence_ms: 1500, timeout_ms: 9000}\n"
      "  - hang_up: true\n";

  const auto rows = place(call, R"(
transcripts: [tell me a long story, what are your hours]
rules:
  - when: {text: story}
    say: >-
      Once upon a time there was a salon in a street by the river, and every morning its door was opened by
      the same old man, who had a key for it, and a word for everybody who came by on the way to the market.
  - {when: {text: hours}, calls: [{name: get_working_hours}]}
  - {when: {tool_output: any}, say: Here you are.}
)");

  stand.judge(call, rows);
  EXPECT_NE(first(rows, "clear"), nullptr) << rows.told();
  EXPECT_EQ(first(rows, "refused_order"), nullptr) << rows.told();
}

TEST_P(PhoneCarriers, ACallWhoseStreamBreaksComesBackAndGoesOn) {
  auto call = asks("broken", 1);
  call.audited = {"get_working_hours ok"};
  call.intent = "get_working_hours";
  call.line = "faults: [abort]";
  call.steps =
      "  - pause_ms: 2500\n"
      "  - {wait_silence_ms: 400, timeout_ms: 6000}\n"
      "  - say: '{0}'\n"
      "  - {wait_silence_ms: 900, timeout_ms: 9000}\n"
      "  - hang_up: true\n";

  const auto rows = place(call, kHours);

  stand.judge(call, rows);
  EXPECT_EQ(rows.row.at("next_step"), 2) << rows.told();
}

/// What is wrong with the first stream; the one that the redirect brings is honest.
TEST_P(PhoneCarriers, AStreamWithoutItsOwnTokenIsClosedAndNothingWasAsked) {
  for (const std::string fault : {"no_parameters", "wrong_parameters", "foreign_call"}) {
    auto call = asks(fault, 1);
    call.audited = {"get_working_hours ok"};
    call.intent = "get_working_hours";
    call.line = "faults: [" + fault + "]";

    const auto rows = place(call, kHours);

    stand.judge(call, rows);
    const auto* ended = first(rows, "stream_ended");
    ASSERT_TRUE(ended) << rows.told();
    EXPECT_EQ(ended->at("code"), 1008) << rows.told();
    EXPECT_EQ(rows.row.at("next_step"), 2) << rows.told();
  }
  EXPECT_EQ(metric(stand.gateway(), "sessions_started_total"), 3);
}

TEST_P(PhoneCarriers, ATokenOpensOneStream) {
  auto call = asks("replayed", 1);
  call.audited = {"get_working_hours ok"};
  call.intent = "get_working_hours";
  call.line = "faults: [token_replay]";

  const auto rows = place(call, kHours);

  stand.judge(call, rows);
  const auto* replay = first(rows, "replay_ended");
  ASSERT_TRUE(replay) << rows.told();
  EXPECT_EQ(replay->at("answered"), false);
  EXPECT_EQ(replay->at("closed"), 1008);
}

INSTANTIATE_TEST_SUITE_P(Each, PhoneCarriers, ::testing::Values("telnyx", "plivo"),
                         [](const auto& info) { return std::string(info.param); });

constexpr const char* kPublicUrl = "https://voice.example";
constexpr const char* kToken = "a-token-of-thirty-two-characters";
const std::string kTelnyxCall = "v3:9X2vxPDFY2RHSJ1EdMS0RHRksMTg7ldNxdjWbVr9";
const std::string kPlivoCall = "a1b2c3d4-0000-4000-8000-000000000001";

using Fields = channel::twilio::FormFields;

/// A gateway with a number of Bella's, and the hand of each carrier.
class PhoneDoors : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made =
        served.ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    ASSERT_EQ(made.status, 201) << made.body;
    set_number(R"({"tenant_id":"bella","pack":"receptionist"})");
  }
  void set_number(const std::string& body) const {
    const auto set = served.ask("PUT", "/api/admin/phone-numbers/+12125550100", body);
    ASSERT_EQ(set.status, 200) << set.body;
  }
  static std::vector<std::string> options() {
    return {"--set", "provider=offline",
            "--set", std::string("phone.public_url=") + kPublicUrl,
            "--set", "phone.twilio.auth_token_env=PHONE_TOKEN",
            "--set", "phone.plivo.auth_token_env=PHONE_TOKEN",
            "--set", "phone.telnyx.public_key=" + encode_base64(pair().key)};
  }
  static Ed25519Pair pair() { return Ed25519Pair::from_seed(sha256(kToken)); }
  static std::int64_t now_s() { return epoch_s(std::chrono::system_clock::now()); }

  static Fields telnyx_fields(const std::string& call = kTelnyxCall) {
    return {{"AccountSid", "f5586561-8ff0-4291-a51b-c7dfe4139ff9"},
            {"CallSid", call},
            {"From", "+12125550199"},
            {"To", "+12125550100"}};
  }
  static Fields plivo_fields(const std::string& call = kPlivoCall) {
    return {{"CallUUID", call},
            {"From", "12125550199"},
            {"To", "12125550100"},
            {"CallStatus", "ringing"},
            {"Direction", "inbound"}};
  }
  static net::HttpRequest form(const Fields& fields) {
    net::HttpRequest request;
    request.method = "POST";
    for (const auto& [name, value] : fields) {
      if (!request.body.empty()) request.body += '&';
      request.body += net::encode_percent(name) + "=" + net::encode_percent(value);
    }
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    return request;
  }
  net::HttpResponse telnyx(const std::string& target, const Fields& fields,
                           std::int64_t late_s = 0) const {
    auto request = form(fields);
    const auto time = std::to_string(now_s() - late_s);
    request.headers.set("telnyx-timestamp", time);
    request.headers.set("telnyx-signature-ed25519",
                        encode_base64(pair().sign(time + "|" + request.body)));
    return fetch(served.main() + target, request);
  }
  net::HttpResponse plivo(const std::string& target, const Fields& fields,
                          std::string signature = {}) const {
    auto request = form(fields);
    const std::string nonce = "05429567804466091622";
    if (signature.empty()) {
      signature = channel::twilio::sign_plivo(Secret(kToken), kPublicUrl + target, fields, nonce);
    }
    request.headers.set("X-Plivo-Signature-V3", signature);
    request.headers.set("X-Plivo-Signature-V3-Nonce", nonce);
    return fetch(served.main() + target, request);
  }
  /// Where the answer sends the call back to, as a target of ours.
  static std::string back_of(std::string_view xml, std::string_view before = "POST\">",
                             std::string_view behind = "</Redirect>") {
    const auto at = xml.find(before);
    if (at == std::string_view::npos) return {};
    auto url = std::string(xml.substr(at + before.size()));
    url.resize(std::min(url.find(behind), url.size()));
    for (auto amp = url.find("&amp;"); amp != std::string::npos; amp = url.find("&amp;")) {
      url.replace(amp, 5, "&");
    }
    return url.substr(std::min(std::string_view(kPublicUrl).size(), url.size()));
  }
  void change(const std::string& sql) const {
    auto connection =
        storage::sqlite::Connection::open({.path = served.data() / "callosum.db"}).value();
    const auto changed = connection->change(sql, {});
    ASSERT_TRUE(changed) << changed.error().message;
    ASSERT_EQ(*changed, 1);
  }

  Served served{options(), {{"PHONE_TOKEN", kToken}}};
};

TEST_F(PhoneDoors, AnswerEachCarrierInItsOwnMarkup) {
  const auto texml = telnyx("/telnyx/voice", telnyx_fields());
  ASSERT_EQ(texml.status, 200) << texml.body;
  EXPECT_THAT(texml.body, HasSubstr(R"(<Stream url="wss://voice.example/telnyx/media")"));
  EXPECT_THAT(texml.body, HasSubstr(R"(bidirectionalMode="rtp")"));
  EXPECT_THAT(texml.body, HasSubstr(R"(<Parameter name="token" value=")"));
  const auto xml = plivo("/plivo/voice", plivo_fields());
  ASSERT_EQ(xml.status, 200) << xml.body;
  EXPECT_THAT(xml.body, HasSubstr(">wss://voice.example/plivo/media</Stream>"));
  EXPECT_THAT(xml.body, HasSubstr(R"(extraHeaders="token=)"));
  EXPECT_EQ(back_of(xml.body), "/plivo/voice?step=1");
}

TEST_F(PhoneDoors, TakeNothingThatIsNotSignedByTheirOwnCarrier) {
  EXPECT_EQ(fetch(served.main() + "/telnyx/voice", form(telnyx_fields())).status, 400);
  EXPECT_EQ(fetch(served.main() + "/plivo/voice", form(plivo_fields())).status, 400);
  EXPECT_EQ(telnyx("/telnyx/voice", telnyx_fields(), 301).status, 403);
  EXPECT_EQ(telnyx("/telnyx/voice", telnyx_fields(), -310).status, 403);
  EXPECT_EQ(plivo("/plivo/voice", plivo_fields(), "AAAA").status, 403);
  // Of one carrier at another's door.
  EXPECT_EQ(telnyx("/plivo/voice", plivo_fields()).status, 400);
  EXPECT_EQ(plivo("/telnyx/voice", telnyx_fields()).status, 400);
  EXPECT_EQ(telnyx("/twilio/voice", telnyx_fields()).status, 400);
  SeededRandom random(5);
  const auto good =
      channel::twilio::sign_plivo(Secret(kToken), std::string(kPublicUrl) + "/plivo/voice",
                                  plivo_fields(), "05429567804466091622");
  for (int i = 0; i < 100; ++i) {
    auto mutant = good;
    mutant[random.next_u64() % mutant.size()] ^= 1;
    EXPECT_EQ(plivo("/plivo/voice", plivo_fields(), mutant).status, 403) << mutant;
  }
  EXPECT_EQ(plivo("/plivo/voice?step=1", plivo_fields(), good).status, 403);
  EXPECT_EQ(plivo("/plivo/voice", plivo_fields()).status, 200);  // nobody had it so far
}

TEST_F(PhoneDoors, TakeAWebhookOnce) {
  EXPECT_EQ(telnyx("/telnyx/voice", telnyx_fields()).status, 200);
  EXPECT_EQ(plivo("/plivo/voice", plivo_fields()).status, 200);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(telnyx("/telnyx/voice", telnyx_fields()).status, 409);
    EXPECT_EQ(plivo("/plivo/voice", plivo_fields()).status, 409);
  }
}

/// Telnyx signs no address: whoever has recorded a webhook could ask for any step with it.
TEST_F(PhoneDoors, AStepWhoseAddressIsNotSignedIsOpenedByWhatItWasGivenAlone) {
  const auto first = telnyx("/telnyx/voice", telnyx_fields());
  ASSERT_EQ(first.status, 200) << first.body;
  const auto back = back_of(first.body);
  ASSERT_THAT(back, HasSubstr("/telnyx/voice?step=1&ticket="));
  for (const auto& wrong :
       {std::string("/telnyx/voice?step=1"), std::string("/telnyx/voice?step=1&ticket="),
        back.substr(0, back.size() - 1), back + "0"}) {
    EXPECT_EQ(telnyx(wrong, telnyx_fields()).status, 409) << wrong;
  }
  const auto second = telnyx(back, telnyx_fields());
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_THAT(second.body, HasSubstr("<Stream"));
  EXPECT_EQ(telnyx(back, telnyx_fields()).status, 409);
  const auto next = back_of(second.body);
  EXPECT_THAT(next, HasSubstr("step=2&ticket="));
  EXPECT_NE(next.substr(next.find("ticket=")), back.substr(back.find("ticket=")));
  // Its row does not say what opens the next one.
  auto connection =
      storage::sqlite::Connection::open({.path = served.data() / "callosum.db"}).value();
  const auto rows = connection->query("SELECT ticket FROM phone_calls", {});
  const auto kept = std::string(text_at(rows->at(0).as_object(), "ticket"));
  EXPECT_EQ(kept, sha256_hex(next.substr(next.find("ticket=") + 7)));
}

TEST_F(PhoneDoors, TheNewsOfACallPassForNoCall) {
  auto news = telnyx_fields();
  news.emplace_back("CallStatus", "in-progress");
  news.emplace_back("CallbackSource", "call-progress-events");
  EXPECT_EQ(telnyx("/telnyx/voice", news).status, 403);
  EXPECT_EQ(telnyx("/telnyx/voice", telnyx_fields()).status, 200);
  EXPECT_EQ(telnyx("/telnyx/status", news).status, 204);
}

TEST_F(PhoneDoors, WhatIsSaidOfACallGoesForwardsOnlyAndIsItsOwnCarriers) {
  ASSERT_EQ(plivo("/plivo/voice", plivo_fields()).status, 200);
  const auto say = [&](const std::string& status) {
    auto fields = plivo_fields();
    for (auto& [name, value] : fields) {
      if (name == "CallStatus") value = status;
    }
    fields.emplace_back("Duration", "12");
    return plivo("/plivo/status", fields).status;
  };
  EXPECT_EQ(say("in-progress"), 204);
  EXPECT_EQ(say("ringing"), 409);
  // The same id from another carrier's account.
  auto foreign = telnyx_fields(kPlivoCall);
  foreign.emplace_back("CallStatus", "completed");
  EXPECT_EQ(telnyx("/telnyx/status", foreign).status, 409);
  EXPECT_EQ(telnyx("/telnyx/voice?step=1", telnyx_fields(kPlivoCall)).status, 409);
  EXPECT_EQ(say("completed"), 204);
  EXPECT_EQ(say("completed"), 409);
  const auto row = served.ask_of("bella", "GET", "/api/admin/calls/" + kPlivoCall);
  EXPECT_THAT(row.body, HasSubstr(R"("carrier":"plivo")"));
  EXPECT_THAT(row.body, HasSubstr(R"("duration_s":12)"));
}

TEST_F(PhoneDoors, ANumberMayBeOfOneCarrierAlone) {
  set_number(R"({"tenant_id":"bella","carrier":"plivo"})");
  const auto other = telnyx("/telnyx/voice", telnyx_fields());
  EXPECT_EQ(other.status, 200);
  EXPECT_THAT(other.body, Not(HasSubstr("<Stream")));
  EXPECT_THAT(plivo("/plivo/voice", plivo_fields()).body, HasSubstr("<Stream"));
  const auto wrong = served.ask("PUT", "/api/admin/phone-numbers/+12125550100",
                                R"({"tenant_id":"bella","carrier":"pigeon"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("twilio, telnyx, plivo"));
}

TEST_F(PhoneDoors, WhomTheCallIsNotForIsPutThroughAsTheCarrierDials) {
  net::HttpRequest request;
  request.method = "PUT";
  request.body = R"({"mode":"off","forward_to":"+12125550777"})";
  request.headers.set("Authorization", "Bearer " + Served::token("bella", {"admin", "operator"}));
  ASSERT_EQ(fetch(served.admin() + "/api/admin/rollout/bella", request).status, 200);
  EXPECT_THAT(plivo("/plivo/voice", plivo_fields()).body,
              HasSubstr("<Dial timeLimit=\"3600\"><Number>12125550777</Number></Dial>"));
  EXPECT_THAT(
      telnyx("/telnyx/voice", telnyx_fields()).body,
      HasSubstr(
          R"(<Dial answerOnBridge="true" timeLimit="3600"><Number>+12125550777</Number></Dial>)"));
}

/// A conversation that ended so that somebody else is dialled.
TEST_F(PhoneDoors, ATransferThatNobodyTakesComesBackThoughItsEndGoesUnsaid) {
  const auto first = telnyx("/telnyx/voice", telnyx_fields());
  change("UPDATE phone_calls SET transfer_to = '+12125550777'");
  const auto dialled = telnyx(back_of(first.body), telnyx_fields());
  ASSERT_EQ(dialled.status, 200) << dialled.body;
  EXPECT_THAT(dialled.body, HasSubstr("<Number>+12125550777</Number>"));
  const auto behind = back_of(dialled.body, "action=\"", "\"");
  ASSERT_THAT(behind, HasSubstr("dialled=1"));
  const auto unsaid = telnyx(behind, telnyx_fields());
  EXPECT_THAT(unsaid.body, HasSubstr("<Stream"));

  const auto other = plivo("/plivo/voice", plivo_fields());
  change("UPDATE phone_calls SET transfer_to = '+12125550777' WHERE carrier = 'plivo'");
  const auto rung = plivo(back_of(other.body), plivo_fields());
  EXPECT_THAT(rung.body, HasSubstr("<Number>12125550777</Number>"));
  auto taken = plivo_fields();
  taken.emplace_back("DialStatus", "completed");
  EXPECT_THAT(plivo(back_of(rung.body, "action=\"", "\""), taken).body, HasSubstr("<Hangup/>"));
}

asio::awaitable<void> wait_for_the_end(FakePhone& phone) {
  auto closed = phone.until_closed();
  co_await std::move(closed);
}

TEST_F(PhoneDoors, ATokenOpensNoStreamOfAnotherCarriers) {
  const auto xml = plivo("/plivo/voice", plivo_fields()).body;
  const auto at = xml.find("token=") + 6;
  const auto token = xml.substr(at, xml.find('"', at) - at);
  const json::object format{{"encoding", "PCMU"}, {"sample_rate", 8000}, {"channels", 1}};
  const json::object start{{"user_id", ""},
                           {"call_control_id", kPlivoCall},
                           {"custom_parameters", json::object{{"token", token}}},
                           {"media_format", format}};
  FakePhone::Opening opening;
  opening.url = "ws" + served.main().substr(4) + "/telnyx/media";
  opening.start = json::serialize(json::object{
      {"event", "start"}, {"sequence_number", "1"}, {"stream_id", "s1"}, {"start", start}});
  FakePhone phone;
  ASSERT_TRUE(phone.call(opening, wait_for_the_end));
  EXPECT_EQ(phone.close_code, 1008);
  opening.url = "ws" + served.main().substr(4) + "/plivo/media";
  FakePhone unsigned_one;
  EXPECT_FALSE(unsigned_one.call(opening, wait_for_the_end));
  EXPECT_LE(served.metric("sessions_started_total"), 0);
}

TEST(PhoneDoorsShut, WhereACarrierIsNotSetUpItsDoorIsNotThere) {
  Served served({"--set", std::string("phone.public_url=") + kPublicUrl, "--set",
                 "phone.plivo.auth_token_env=PHONE_TOKEN"},
                {{"PHONE_TOKEN", kToken}});
  net::HttpRequest request;
  request.method = "POST";
  for (const auto* path : {"/twilio/voice", "/telnyx/voice", "/telnyx/status"}) {
    EXPECT_EQ(fetch(served.main() + path, request).status, 404) << path;
  }
  EXPECT_EQ(fetch(served.main() + "/plivo/voice", request).status, 400);
}

}  // namespace
}  // namespace callosum::testing
