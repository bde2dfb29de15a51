// Spoken calls to the offline voice, side by side: question, tool, arguments, and the fact in the
// sound of the reply.
#include "base/json.hpp"
#include "provider/offline/speech/mouth.hpp"
#include "provider/offline/speech/reply_ears.hpp"
#include "provider/offline/speech/words.hpp"
#include "stage.hpp"

namespace callosum::testing {
namespace {

namespace speech = provider::offline::speech;

struct Question {
  const char* voice;
  bool is_phone;
  const char* text;
  const char* tool;
  const char* args;
  std::vector<const char*> fact;  ///< words of the reply, in any order
};

const std::vector<Question> kQuestions{
    {"slt",
     false,
     "what is your cancellation policy",
     "get_policies",
     R"({"topic":"cancellation"})",
     {"cancel", "for", "free"}},
    {"rms", false, "what are your hours", "get_working_hours", "{}", {"nine", "to", "six"}},
    {"kal16",
     false,
     "when is my next appointment",
     "get_latest_booking",
     "{}",
     {"haircut", "thursday"}},
    {"slt",
     true,
     "which services do you have",
     "get_business_services",
     "{}",
     {"haircut", "beard", "trim"}},
};

app::CallOptions call_of(const Gateway& gateway, const Question& question) {
  app::CallOptions call;
  call.url = gateway.realtime();
  call.token = gateway.token();
  call.is_phone = question.is_phone;
  const auto mouth = speech::Mouth::make(question.voice);
  call.speech = mouth.value().speak(question.text).value();
  return call;
}

bool has_word(const std::string& heard, const std::string& word) {
  return (" " + heard + " ").find(" " + word + " ") != std::string::npos;
}

TEST(Spoken, QuestionsInFourVoicesAreAnsweredAloudWithTheirFact) {
  Gateway gateway;
  std::vector<app::CallOptions> calls;
  for (const auto& question : kQuestions) calls.push_back(call_of(gateway, question));

  auto conversations = converse(std::move(calls));
  // The statistical voices breathe at random: now and then one is not understood, and asks again.
  for (std::size_t i = 0; i < kQuestions.size(); ++i) {
    if (!conversations[i].all("answered").empty()) continue;
    std::vector<app::CallOptions> again;
    again.push_back(call_of(gateway, kQuestions[i]));
    conversations[i] = std::move(converse(std::move(again)).front());
  }

  // The recogniser of replies knows all of what may be said here, and not which of it was.
  std::vector<std::string> sentences;
  for (const auto& call : conversations) sentences.push_back(call.said());
  const TempFolder cache;
  for (std::size_t i = 0; i < kQuestions.size(); ++i) {
    const auto& question = kQuestions[i];
    const auto& call = conversations[i];
    const auto answered = call.all("answered");
    ASSERT_EQ(answered.size(), 1u) << question.text << call.transcript();
    EXPECT_EQ(answered[0].tool, question.tool) << call.transcript();
    EXPECT_EQ(parse_strict(call.all("called").at(0).args).value(),
              parse_strict(question.args).value());
    const auto band = question.is_phone ? speech::Band::phone : speech::Band::wide;
    const auto ears = speech::ReplyEars::make(sentences, cache.path(), band);
    ASSERT_TRUE(ears) << ears.error().message;
    const auto heard = ears->hear(call.outcome.reply);
    ASSERT_TRUE(heard) << heard.error().message;
    for (const auto* word : question.fact) {
      EXPECT_TRUE(has_word(*heard, word))
          << question.text << ": '" << *heard << "' has no " << word;
    }
  }
  expect_well(gateway);
}

}  // namespace
}  // namespace callosum::testing
