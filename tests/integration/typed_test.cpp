// A typed conversation with the offline provider: every tool is reached by one of its phrases.
#include "base/json.hpp"
#include "stage.hpp"

namespace callosum::testing {
namespace {

class Typed : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { gateway = std::make_unique<Gateway>(); }
  static void TearDownTestSuite() { gateway.reset(); }
  void TearDown() override { expect_well(*gateway); }

  static std::vector<Conversation> type_all(const std::vector<std::string>& sentences) {
    std::vector<app::CallOptions> calls;
    for (const auto& sentence : sentences) {
      app::CallOptions call;
      call.url = gateway->realtime();
      call.token = gateway->token();
      call.text = sentence;
      call.wants_audio = false;
      calls.push_back(std::move(call));
    }
    return converse(std::move(calls));
  }

  static std::unique_ptr<Gateway> gateway;
};
std::unique_ptr<Gateway> Typed::gateway;

TEST_F(Typed, QuestionsReachTheirTool) {
  const std::vector<std::pair<std::string, std::string>> asked{
      {"when is my next appointment", "get_latest_booking"},
      {"look up booking number two four one six", "get_booking_by_id"},
      {"what services do you offer", "get_business_services"},
      {"what are your opening hours", "get_working_hours"},
      {"what is your parking policy", "get_policies"},
      {"i have a question about refunds", "get_faqs"},
      {"when is your next opening", "get_availability"}};
  std::vector<std::string> sentences;
  for (const auto& [sentence, tool] : asked) sentences.push_back(sentence);

  const auto conversations = type_all(sentences);

  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto& call = conversations[i];
    const auto answered = call.all("answered");
    ASSERT_EQ(answered.size(), 1u) << asked[i].first << call.transcript();
    EXPECT_EQ(answered[0].tool, asked[i].second) << call.transcript();
    EXPECT_FALSE(call.said().empty()) << call.transcript();
  }
  const auto topic = conversations[4].all("called").at(0).args;
  EXPECT_EQ(parse_strict(topic).value().as_object().at("topic").as_string(), "parking");
}

TEST_F(Typed, AHolidayIsAskedAboutByItsName) {
  const auto call = type(*gateway, "are you open on christmas day");

  EXPECT_NE(call.said().find("closed on Christmas Day"), std::string::npos) << call.transcript();
}

TEST_F(Typed, TwoQuestionsInOneSentenceAreBothAnswered) {
  const auto call = type(*gateway, "when are you open and what is your parking policy");

  const auto called = call.all("called");
  ASSERT_EQ(called.size(), 2u) << call.transcript();
  EXPECT_EQ(called[0].tool, "get_working_hours");
  EXPECT_EQ(called[1].tool, "get_policies");
  EXPECT_EQ(call.all("answered").size(), 2u) << call.transcript();
}

TEST_F(Typed, NonsenseIsAskedBack) {
  for (const auto& call : type_all({"purple elephants dance on quantum bridges", "?!", "42"})) {
    EXPECT_TRUE(call.all("called").empty()) << call.transcript();
    EXPECT_NE(call.said().find('?'), std::string::npos) << call.transcript();
  }
}

TEST_F(Typed, TheVoiceSaysWhatItIs) {
  const auto call = type(*gateway, "Who are you?");

  EXPECT_NE(call.said().find("offline demo voice"), std::string::npos) << call.transcript();
}

}  // namespace
}  // namespace callosum::testing
