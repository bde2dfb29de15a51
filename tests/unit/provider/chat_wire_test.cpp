// Chat completions on the wire: what is asked, and answers that come in pieces.
#include "provider/chat/chat_wire.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/json.hpp"

namespace callosum::provider::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string chunk(const std::string& delta, const std::string& finish = "null") {
  return R"(data: {"choices":[{"index":0,"delta":)" + delta + R"(,"finish_reason":)" + finish +
         "}]}\n\n";
}

struct Taken {
  Result<realtime::ChatAnswer> answer;
  std::string heard;
};
Taken take(const std::string& stream, std::size_t step = 1000) {
  std::string heard;
  StreamDecoder decoder([&heard](std::string_view text) { heard += text; });
  for (std::size_t at = 0; at < stream.size(); at += step) {
    const auto fed = decoder.feed(std::string_view(stream).substr(at, step));
    if (!fed) return {fed.error(), heard};
  }
  auto answer = decoder.finish();
  return {std::move(answer), heard};
}

const std::string kTwoCalls =
    chunk(R"({"role":"assistant","content":""})") + chunk(R"({"content":"One "})") +
    ": a comment\n\n" + chunk(R"({"content":"moment. ü"})") +
    chunk(
        R"({"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]})") +
    chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]})") +
    chunk(
        R"({"tool_calls":[{"index":0,"function":{"arguments":":1}"}},{"index":1,"id":"call_2","function":{"name":"see","arguments":"{}"}}]})") +
    chunk("{}", "\"tool_calls\"") + R"(data: {"choices":[],"usage":{"total_tokens":7}})" + "\n\n" +
    "data: [DONE]\n\n";

TEST(ChatStream, IsPutTogetherHoweverItsBytesCome) {
  for (const std::size_t step : {1u, 5u, 64u, 100'000u}) {
    const auto [answer, heard] = take(kTwoCalls, step);

    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->text, "One moment. ü");
    EXPECT_EQ(heard, "One moment. ü");
    ASSERT_EQ(answer->calls.size(), 2u);
    EXPECT_EQ(answer->calls[0].id, "call_1");
    EXPECT_EQ(answer->calls[0].name, "look");
    EXPECT_EQ(answer->calls[0].arguments, R"({"a":1})");
    EXPECT_EQ(answer->calls[1].name, "see");
  }
}

TEST(ChatStream, ThatBreaksOffIsNoAnswer) {
  // But for its end, which says that nothing is missing, and the marks behind it.
  const auto end = kTwoCalls.find(R"("finish_reason":"tool_calls")");
  for (std::size_t bytes = 0; bytes < end; bytes += 11) {
    EXPECT_FALSE(take(kTwoCalls.substr(0, bytes)).answer) << bytes;
  }
}

TEST(ChatStream, ThatIsSpoiltIsRefusedWithTheReason) {
  const std::vector<std::pair<std::string, std::string>> spoilt{
      {"data: {\"choices\":[}\n\n", ""},
      {"data: []\n\n", "no object"},
      {"data: {\"error\":{\"message\":\"overloaded\"}}\n\n", "overloaded"},
      {chunk(R"({"tool_calls":[{"index":3,"function":{"name":"x"}}]})"), "out of turn"},
      {chunk(R"({"tool_calls":[{"index":-1,"function":{"name":"x"}}]})"), "out of turn"},
      {chunk(R"({"tool_calls":[5]})"), "no object"},
      {chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})", "\"stop\""),
       "without a name"},
      {chunk("{\"content\":\"" + std::string(600 * 1024, 'x') + "\"}"), "too long"},
      {"data: " + std::string(300 * 1024, 'x'), "too long"}};
  for (const auto& [stream, why] : spoilt) {
    const auto taken = take(stream, 4096);
    ASSERT_FALSE(taken.answer) << stream.substr(0, 80);
    EXPECT_EQ(taken.answer.error().type, ErrorType::transient);
    EXPECT_THAT(taken.answer.error().detail, HasSubstr(why));
  }
}

TEST(ChatStream, MayNameWholeCallsWithoutTheirIndex) {
  const auto taken = take(chunk(
      R"({"tool_calls":[{"id":"a","function":{"name":"x","arguments":"{}"}},{"id":"b","function":{"name":"y","arguments":"{}"}}]})",
      "\"stop\""));

  ASSERT_TRUE(taken.answer);
  EXPECT_EQ(taken.answer->calls.size(), 2u);
}

TEST(ChatRequest, CarriesToolsOneLevelDeeperAndAChoiceThatIsNoDefault) {
  realtime::ChatRequest request;
  request.messages = {json::object{{"role", "user"}, {"content", "hi"}}};
  request.tools = {json::object{{"type", "function"}, {"name", "look"}, {"parameters", {}}},
                   json::object{{"type", "mcp"}}};
  request.tool_choice = json::object{{"type", "function"}, {"name", "look"}};

  const auto body = parse_strict(encode_request("m", request)).value().as_object();

  EXPECT_EQ(body.at("model"), "m");
  EXPECT_EQ(body.at("stream"), true);
  EXPECT_EQ(body.at("tools").as_array().size(), 1u);
  EXPECT_EQ(body.at("tools").at(0).at("function").at("name"), "look");
  EXPECT_EQ(body.at("tool_choice").at("function").at("name"), "look");
  request.tool_choice = "auto";
  EXPECT_THAT(encode_request("m", request), Not(HasSubstr("tool_choice")));
  request.tools.clear();
  request.tool_choice = "required";
  EXPECT_THAT(encode_request("m", request), Not(HasSubstr("tool")));
}

}  // namespace
}  // namespace callosum::provider::chat
