// `callosum call --phone`: the demo's own telephone, called by the carrier's simulator that stands
// beside the program.
#include "audio/wav.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/offline/speech/mouth.hpp"
#include "stage.hpp"

namespace callosum::testing {
namespace {

TEST(PhoneCommand, CallsTheDemosNumberAndKeepsTheReply) {
  Gateway gateway({"--set", "phone.public_url=https://voice.example", "--set",
                   "phone.twilio.auth_token_env=PHONE_TOKEN"},
                  {{"PHONE_TOKEN", "anything"}});
  const TempFolder folder;
  const auto question = (folder.path() / "question.wav").string();
  const auto reply = (folder.path() / "reply.wav").string();
  const auto mouth = provider::offline::speech::Mouth::make("slt");
  ASSERT_TRUE(audio::write_wav(question, mouth.value().speak("what are your hours").value()));

  const auto ended = run_callosum(
      {"call", "--phone", question, "--save", reply, "--json", "--auth-token-env", "PHONE_TOKEN"},
      gateway.environment());

  ASSERT_EQ(ended.status, 0) << ended.err << ended.out;
  const auto first = parse_strict(split(ended.out, '\n').front());
  ASSERT_TRUE(first) << ended.out;
  const auto call = std::string(text_at(first->as_object(), "call"));
  net::HttpRequest request;
  request.headers.set("Authorization", "Bearer " + gateway.token());
  const auto row =
      fetch(gateway.http("/api/admin/calls/" + call + "?tenant_id=willow-hair"), request);
  EXPECT_EQ(row.status, 200) << row.body;
  EXPECT_NE(row.body.find(R"("intent":"get_working_hours")"), std::string::npos) << row.body;
  EXPECT_TRUE(audio::read_wav(reply));
}

TEST(PhoneCommand, ADemoWithoutATelephoneSaysHowToHaveOne) {
  const Gateway gateway;

  const auto ended = run_callosum({"call", "--phone", "question.wav"}, gateway.environment());

  EXPECT_EQ(ended.status, 1);
  EXPECT_NE(ended.err.find("phone.public_url"), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace callosum::testing
