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

TEST(ChatRequest, AsksForAnObjectWhereOneIsWanted) {
  realtime::ChatRequest request;
  EXPECT_THAT(encode_request("m", request), Not(HasSubstr("response_format")));
  request.wants_object = true;
  EXPECT_THAT(encode_request("m", request),
              HasSubstr(R"("response_format":{"type":"json_object"})"));
}

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

TEST(ChatStream, BeginsAnotherCallWhereTheSameIndexHasAnotherId) {
  // vLLM, SGLang and LMDeploy name one index for all calls.
  const auto taken = take(
      chunk(
          R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{\"n\":1}"}}]})") +
      chunk(
          R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"y","arguments":"{\"n\""}}]})") +
      // vLLM: later pieces with an empty id and no name
      chunk(R"({"tool_calls":[{"index":0,"id":"","function":{"name":null,"arguments":":2}"}}]})") +
      chunk("{}", "\"tool_calls\""));

  ASSERT_TRUE(taken.answer) << taken.answer.error().detail;
  ASSERT_EQ(taken.answer->calls.size(), 2u);
  EXPECT_EQ(taken.answer->calls[0].arguments, R"({"n":1})");
  EXPECT_EQ(taken.answer->calls[1].name, "y");
  EXPECT_EQ(taken.answer->calls[1].arguments, R"({"n":2})");
}

TEST(ChatStream, TakesACallThatComesWholeAndOneThatIsSaidToHaveStopped) {
  // Ollama: a call in one chunk, content in each; named choices elsewhere end with "stop".
  const auto taken = take(
      chunk(R"({"role":"assistant","content":"","reasoning":"hm"})") +
      chunk(
          R"({"content":"","tool_calls":[{"id":"call_1","index":0,"type":"function","function":{"name":"x","arguments":"{}"}}]})",
          "\"stop\"") +
      "data: [DONE]\n\n");

  ASSERT_TRUE(taken.answer);
  ASSERT_EQ(taken.answer->calls.size(), 1u);
  EXPECT_EQ(taken.answer->text, "");
}

TEST(ChatStream, PassesOverWhatAFilterSays) {
  // Azure: a chunk without choices first, deltas that are null or missing later.
  const auto taken =
      take(R"(data: {"choices":[],"prompt_filter_results":[]})"
           "\n\n" +
           chunk(R"({"content":"Hi."})") + chunk("null") +
           R"(data: {"choices":[{"index":0,"finish_reason":null,"content_filter_offsets":{}}]})"
           "\n\n" +
           R"(data: {"choices":[{"index":1,"delta":{"content":"another"},"finish_reason":null}]})"
           "\n\n" +
           chunk("{}", "\"stop\""));

  ASSERT_TRUE(taken.answer);
  EXPECT_EQ(taken.answer->text, "Hi.");
}

TEST(ChatStream, ThatEndsWithoutItsReasonHasFailedWhateverFollows) {
  const std::string half =
      chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{}"}}]})");
  // Ollama turns an error in the middle into an empty chunk.
  for (const std::string& end : {std::string(), std::string("data: [DONE]\n\n"), chunk("{}")}) {
    const auto taken = take(half + end);
    ASSERT_FALSE(taken.answer);
    EXPECT_THAT(taken.answer.error().detail, HasSubstr("before the answer did"));
  }
}

TEST(ChatStream, ThatWasCutOffInACallHasFailed) {
  const auto call = [](const std::string& arguments, const std::string& reason) {
    return take(chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":")" +
                          arguments + R"("}}]})",
                      reason));
  };
  EXPECT_FALSE(call("{}", "\"length\"").answer);
  EXPECT_FALSE(call("{}", "\"content_filter\"").answer);
  EXPECT_FALSE(call("{\\\"a\\\":", "\"stop\"").answer);
  EXPECT_FALSE(call("[]", "\"tool_calls\"").answer);
  EXPECT_TRUE(call("", "\"tool_calls\"").answer);  // as good as {}
  EXPECT_TRUE(take(chunk(R"({"content":"so far"})", "\"length\"")).answer);
}

TEST(ChatStream, FailsWithTheReasonThatTheServerGives) {
  const std::vector<std::pair<std::string, std::string>> streams{
      // llama.cpp of 2025, with HTTP 200
      {"error: {\"code\":500,\"message\":\"context is full\",\"type\":\"server_error\"}\n\n"
       "data: [DONE]\n\n",
       "context is full"},
      {"error: no JSON\n\n", "no JSON"},
      {"data: {\"error\":\"overloaded\"}\n\n", "overloaded"},
      {"data: {\"error\":{\"code\":1}}\n\n", ""},
      {"data: {\"choices\":[],\"x_groq\":{\"id\":\"r\",\"error\":\"stopped early\"}}\n\n",
       "stopped early"}};
  for (const auto& [stream, why] : streams) {
    const auto taken = take(chunk(R"({"content":"Hi."})") + stream + chunk("{}", "\"stop\""));
    ASSERT_FALSE(taken.answer) << stream;
    EXPECT_EQ(taken.answer.error().message, "the language model gave up");
    EXPECT_EQ(taken.answer.error().detail, why);
    EXPECT_EQ(taken.heard, "Hi.");
  }
}

TEST(ChatStream, IsReadByTheRulesOfServerSentEvents) {
  const auto taken = take(
      ": ping\r\n\r\nevent: x\r\ndata:{\"choices\":[{\"delta\":\r\ndata: {\"content\":\"Hi.\"},\r\n"
      "data:\"finish_reason\":\"stop\"}]}\r\n\r\n",
      3);
  ASSERT_TRUE(taken.answer) << taken.answer.error().detail;
  EXPECT_EQ(taken.answer->text, "Hi.");
  // What no empty line closes is no event.
  const auto whole = chunk(R"({"content":"Hi."})", "\"stop\"");
  EXPECT_FALSE(take(whole.substr(0, whole.size() - 2)).answer);
}

TEST(ChatStream, LeavesOutWhatIsWrittenBehindACallWithoutItsResult) {
  const auto taken = take(
      chunk(R"({"content":"One moment."})") +
      chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{}"}}]})") +
      chunk(R"({"content":" You have none."})") + chunk("{}", "\"tool_calls\""));

  ASSERT_TRUE(taken.answer);
  EXPECT_EQ(taken.heard, "One moment.");
  EXPECT_EQ(taken.answer->text, "One moment.");
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
