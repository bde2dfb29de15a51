// The simulated chat server: as strict about messages as the service.
#include "sim/chat/chat_shape.hpp"

#include <gmock/gmock.h>

namespace callosum::sim::chat {
namespace {

using ::testing::HasSubstr;

constexpr const char* kCall =
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}}]})";

std::string body(const std::string& messages, const std::string& more = "") {
  return R"({"model":"m","messages":[)" + messages + "]" + more + "}";
}

TEST(ChatShape, ReadsWhatIsToBeAnswered) {
  const auto turn = read_turn(
      body(R"({"role":"system","content":"be brief"},{"role":"user","content":"go"},)" +
               std::string(kCall) + R"(,{"role":"tool","tool_call_id":"c1","content":"7"})",
           R"(,"tools":[{"type":"function","function":{"name":"look"}}])"));

  ASSERT_TRUE(turn) << turn.error().message;
  EXPECT_EQ(turn->user_text, "go");
  EXPECT_FALSE(turn->is_user_newest);
  EXPECT_EQ(turn->call_rounds, 1u);
  ASSERT_EQ(turn->outputs.size(), 1u);
  EXPECT_EQ(turn->outputs[0].name, "look");
  EXPECT_EQ(turn->outputs[0].text, "7");
  EXPECT_TRUE(turn->may_call);
}

TEST(ChatShape, RefusesWhatTheServiceRefuses) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"{", ""},
      {"{}", "messages"},
      {body(""), "messages"},
      {body("5"), "no object"},
      {body(R"({"role":"robot"})"), "no role 'robot'"},
      {body(kCall), "c1 has no tool message"},
      {body(std::string(kCall) + R"(,{"role":"user","content":"and"})"), "c1 has no tool message"},
      {body(R"({"role":"tool","tool_call_id":"c9","content":""})"), "without its call"},
      {body(R"({"role":"user","content":"a"})", R"(,"tools":[{"type":"function"}])"),
       "function.name"}};
  for (const auto& [text, why] : bad) {
    const auto turn = read_turn(text);
    ASSERT_FALSE(turn) << text;
    EXPECT_THAT(turn.error().message, HasSubstr(why));
  }
}

}  // namespace
}  // namespace callosum::sim::chat
