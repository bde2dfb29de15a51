// The simulated chat server's streams, and how those of other servers deviate (protocol: telephony
// §3.2).
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "sim/chat/cloud.hpp"
#include "sim/chat/stream.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Reply reply_with_calls() {
  Reply reply;
  reply.parts.push_back({.text = "Grüße aus Köln, wie geht es?"});
  for (const std::string id : {"c1", "c2"}) {
    ReplyPart part;
    part.call = CallPlan{.name = "look", .arguments = R"({"q":"a \"b\" \\ c"})", .call_id = id};
    reply.parts.push_back(part);
  }
  return reply;
}

Wire wire_of(const json::object& map) { return read_wire(map, {}).value(); }

std::string body_of(const Wire& wire, const StreamWish& wish = {}) {
  return plan_stream(reply_with_calls(), wire, wish).whole().body;
}

/// What a client gets together by index, a new id beginning a new call; the text; how it ended.
struct Gathered {
  std::string text;
  std::vector<std::string> calls;
  std::string finish;
  std::size_t deltas_without_id = 0;
};

Gathered gather(const std::string& body) {
  Gathered out;
  std::string id;
  std::size_t at = 0;
  while ((at = body.find("data: {", at)) != std::string::npos) {
    const auto end = body.find('\n', at);
    const auto chunk = parse_strict(std::string_view(body).substr(at + 6, end - at - 6)).value();
    at = end;
    const auto* choices = find_array(chunk.get_object(), "choices");
    if (!choices || choices->empty()) continue;
    const auto& choice = choices->front().get_object();
    out.finish = text_at(choice, "finish_reason", out.finish);
    const auto* delta = find_object(choice, "delta");
    if (!delta) continue;
    out.text += text_at(*delta, "content");
    const auto* calls = find_array(*delta, "tool_calls");
    for (const auto& entry : calls ? *calls : json::array{}) {
      const auto& call = entry.get_object();
      const auto given = std::string(text_at(call, "id"));
      if (given.empty()) ++out.deltas_without_id;
      if (!given.empty() && given != id) {
        id = given;
        out.calls.emplace_back();
      }
      out.calls.back() += text_at(call.at("function").get_object(), "arguments");
    }
  }
  return out;
}

class ChatServers : public ::testing::TestWithParam<const char*> {};

TEST_P(ChatServers, SayTheSameInTheirOwnWay) {
  const auto body = body_of(wire_of({{"deviation", GetParam()}}), {.may_be_parallel = true});
  const auto got = gather(body);

  EXPECT_EQ(got.text, "Grüße aus Köln, wie geht es?");
  const std::string arguments = R"({"q":"a \"b\" \\ c"})";
  EXPECT_THAT(got.calls, ElementsAre(arguments, arguments));
  EXPECT_EQ(got.finish, "tool_calls");
  EXPECT_THAT(body, HasSubstr("data: [DONE]"));
}

INSTANTIATE_TEST_SUITE_P(All, ChatServers,
                         ::testing::Values("openai", "ollama", "llamacpp", "vllm", "groq",
                                           "azure"));

TEST(ChatStream, ShowsWhatEachServerDoesOtherwise) {
  EXPECT_EQ(gather(body_of(wire_of({{"deviation", "ollama"}}))).deltas_without_id, 0u);
  EXPECT_THAT(body_of(wire_of({{"deviation", "vllm"}})), HasSubstr(R"("name":null)"));
  EXPECT_THAT(body_of(wire_of({{"deviation", "vllm"}})), Not(HasSubstr(R"("index":1)")));
  EXPECT_THAT(body_of(wire_of({{"deviation", "groq"}})), HasSubstr(R"("x_groq")"));
  EXPECT_THAT(body_of(wire_of({{"deviation", "azure"}})), HasSubstr("prompt_filter_results"));
  EXPECT_EQ(gather(body_of(wire_of({{"deviation", "llamacpp"}}), {.may_be_parallel = false}))
                .calls.size(),
            1u);
}

TEST(ChatStream, WritesAnErrorAsItsServerDoes) {
  const auto body = [](const char* server) {
    return body_of(
        wire_of({{"deviation", server}, {"error_after", 2}, {"error", "out of memory"}}));
  };

  EXPECT_THAT(body("openai"), HasSubstr(R"(data: {"error":{"message":"out of memory")"));
  EXPECT_THAT(body("llamacpp"), HasSubstr("\nerror: {\"message\":\"out of memory\""));
  EXPECT_THAT(body("groq"), HasSubstr(R"("error":"out of memory")"));
  EXPECT_THAT(body("ollama"), Not(HasSubstr("out of memory")));
  for (const auto* server : {"openai", "groq", "ollama"}) {
    EXPECT_THAT(body(server), Not(HasSubstr("[DONE]"))) << server;
  }
}

TEST(ChatStream, IsCutStalledAndSlowWhereItIsSoTold) {
  const auto cut = plan_stream(reply_with_calls(), wire_of({{"cut_after", 2}}), {});
  const auto slow = plan_stream(
      reply_with_calls(),
      wire_of({{"first_token_ms", 100}, {"token_ms", 10}, {"stall_at", 3}, {"stall_ms", 5000}}),
      {});
  const auto whole = plan_stream(reply_with_calls(), {}, {});

  EXPECT_EQ(cut.cut, Manner::eof);
  EXPECT_EQ(cut.pieces.size(), 2u);
  EXPECT_EQ(slow.pieces[0].delay, Ms(100));
  EXPECT_EQ(slow.pieces[1].delay, Ms(10));
  EXPECT_EQ(slow.pieces[2].delay, Ms(5010));
  EXPECT_EQ(slow.whole().body, whole.whole().body);
  EXPECT_FALSE(whole.cut);
}

TEST(ChatStream, SplitsWhereItHurts) {
  const auto letters = plan_stream(reply_with_calls(), wire_of({{"split", "utf8"}}), {});
  const auto inside = std::count_if(letters.pieces.begin(), letters.pieces.end(), [](auto& piece) {
    return (piece.bytes.front() & 0xc0) == 0x80;
  });
  const auto escapes = body_of(wire_of({{"split", "escape"}}));

  EXPECT_EQ(inside, 3);  // ü, ß, ö
  EXPECT_EQ(letters.whole().body, body_of({}));
  EXPECT_THAT(escapes, HasSubstr(R"("arguments":"{\"q\":\"a \\"})"));
  EXPECT_THAT(gather(escapes).calls.front(), StartsWith(R"({"q":"a \"b\")"));
}

TEST(ChatStream, HasTheSmallThingsOfOtherServers) {
  EXPECT_THAT(body_of(wire_of({{"pings", true}})), StartsWith(": ping\n\ndata: "));
  EXPECT_THAT(body_of(wire_of({{"crlf", true}})), HasSubstr("\r\n\r\ndata: "));
  EXPECT_THAT(body_of(wire_of({{"no_space", true}})), StartsWith("data:{"));
  EXPECT_THAT(body_of(wire_of({{"no_done", true}})), Not(HasSubstr("[DONE]")));
  EXPECT_EQ(gather(body_of(wire_of({{"no_finish", true}}))).finish, "");
  EXPECT_EQ(gather(body_of(wire_of({{"finish", "stop"}}))).finish, "stop");
  EXPECT_THAT(body_of(wire_of({{"no_ids", true}, {"one_chunk", true}})), Not(HasSubstr("c1")));
  EXPECT_THAT(body_of({}, {.has_usage = true}), HasSubstr(R"("choices":[],"usage")"));
  EXPECT_THAT(body_of({}), Not(HasSubstr("usage")));
}

TEST(ChatStream, StillBreaksOffByAFaultOfTheOldKind) {
  auto reply = reply_with_calls();
  reply.faults.push_back({.kind = FaultKind::disconnect});

  const auto plan = plan_stream(reply, {}, {});

  EXPECT_EQ(plan.cut, Manner::eof);
  EXPECT_EQ(gather(plan.whole().body).finish, "");
}

TEST(ChatScripts, GiveEveryRuleItsOwnWire) {
  callosum::testing::VirtualWorld virtual_world;
  SeededRandom random(7);
  EventLog log(virtual_world.time());
  Stats stats;
  World world{virtual_world.time(), random, log, stats};
  Cloud cloud(world, "");
  const auto send = [&](const std::string& path, const std::string& body) {
    net::HttpRequest request;
    request.method = "POST";
    request.target = path;
    request.body = body;
    return virtual_world.run(cloud.handle(request));
  };
  const std::string one = R"({"messages":[{"role":"user","content":"one"}]})";
  const std::string two = R"({"messages":[{"role":"user","content":"two"}]})";

  const auto taken = send("/sim/script",
                          "wire: {deviation: groq}\nrules:\n"
                          "  - {when: {text: one}, say: First., wire: {deviation: openai}}\n"
                          "  - {when: {text: two}, say: Second.}\n");
  const auto refused = send("/sim/script", "wire: {deviation: claude}\n");

  EXPECT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(send("/v1/chat/completions", one).body, Not(HasSubstr("x_groq")));
  EXPECT_THAT(send("/v1/chat/completions", two).body, HasSubstr("x_groq"));
}

}  // namespace
}  // namespace callosum::sim::chat
