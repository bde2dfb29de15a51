// The offline voice's brain in the place of a chat model.
#include "provider/offline/phrase_chat.hpp"

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "virtual_world.hpp"

namespace callosum::provider::offline {
namespace {

using ::testing::ElementsAre;

constexpr const char* kMessages = R"json([
    {"role":"system","content":"PROMPT"},
    {"role":"user","content":"[Maya] when are you open"},
    {"role":"assistant","content":"One moment."},
    {"role":"assistant","content":null,"tool_calls":[
      {"id":"c1","type":"function","function":{"name":"hours","arguments":"{}"}},
      {"id":"c2","type":"function","function":{"name":"stock","arguments":"{\"of\":\"tea\"}"}}]},
    {"role":"tool","tool_call_id":"c1","content":"{\"ok\":true}"},
    {"role":"tool","tool_call_id":"c2","content":"{\"ok\":false}"},
    {"role":"user","content":"[Maya] (unclear) and on sunday"},
    {"role":"user","content":"[Maya] (inaudible)"}])json";

std::string show(const Turn& turn) {
  switch (turn.kind) {
    case Turn::Kind::user:
      return (turn.was_understood ? "user " : "unsure ") + turn.text;
    case Turn::Kind::assistant:
      return "said " + turn.text;
    case Turn::Kind::call:
      return turn.call_id + " " + turn.name + turn.text;
    case Turn::Kind::output:
      return turn.call_id + " = " + turn.text;
    case Turn::Kind::system:
      break;
  }
  return "system";
}

TEST(PhraseChat, ReadsTheMessagesOfAChatAsTurns) {
  std::vector<std::string> shown;
  for (const auto& turn : turns_of_messages(parse_strict(kMessages).value().as_array())) {
    shown.push_back(show(turn));
  }

  EXPECT_THAT(shown,
              ElementsAre("user when are you open", "said One moment.", "c1 hours{}",
                          R"(c2 stock{"of":"tea"})", R"(c1 = {"ok":true})", R"(c2 = {"ok":false})",
                          "unsure and on sunday", "unsure (inaudible)"));
}

class TwoCalls final : public Brain {
 public:
  boost::asio::awaitable<Result<Plan>> plan(const std::vector<Turn>& turns, const json::array&,
                                            const std::string&, async::Deadline) override {
    if (turns.empty()) co_return fail(ErrorType::transient, "nothing was said");
    co_return Plan{{{"hours", "{}"}, {"stock", "{}"}}, "One moment."};
  }
};

TEST(PhraseChat, AnswersAsAChatModelDoes) {
  testing::VirtualWorld world;
  const auto chat = make_phrase_chat(std::make_unique<TwoCalls>());
  realtime::ChatRequest request;
  request.messages = {json::object{{"role", "user"}, {"content", "hello"}}};
  std::string heard;
  const auto on_text = [&heard](std::string_view text) { heard += text; };

  const auto answer = world.run(chat->ask(request, on_text, world.in(std::chrono::seconds(1))));

  ASSERT_TRUE(answer);
  EXPECT_EQ(heard, "One moment.");
  EXPECT_EQ(answer->text, "One moment.");
  ASSERT_EQ(answer->calls.size(), 2u);
  EXPECT_EQ(answer->calls[1].name, "stock");
  EXPECT_FALSE(world.run(chat->ask({}, on_text, world.in(std::chrono::seconds(1)))));
}

}  // namespace
}  // namespace callosum::provider::offline
