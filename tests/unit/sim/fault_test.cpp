#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim_line.hpp"

namespace callosum::sim::openai::testing {
namespace {

std::string with_fault(const std::string& fault) {
  return "rules:\n- when: {any: true}\n  calls: [{name: a, call_id: c1, arguments: '{\"x\": 1}'}]\n"
         "  faults: [" +
         fault + "]\n";
}

std::vector<json::object> run_turn(SimLine& line) {
  line.take();
  line.respond();
  for (int i = 0; i < 10; ++i) line.pass(std::chrono::milliseconds(10));
  return line.take();
}

std::set<std::string> call_items(const std::vector<json::object>& events) {
  std::set<std::string> ids;
  for (const auto& event : events) {
    const auto* item = find_object(event, "item");
    if (item && text_at(*item, "call_id") == "c1") ids.emplace(text_at(*item, "id"));
  }
  return ids;
}

TEST(SimFault, SendsAnEventTwice) {
  SimLine line(with_fault("{kind: duplicate, type: response.output_item.done}"));

  const auto events = run_turn(line);

  EXPECT_EQ(count_of(events, "response.output_item.done"), 2u);
  EXPECT_EQ(done_response(events).at("output").get_array().size(), 1u);
}

TEST(SimFault, SendsTheSameCallUnderAnotherItem) {
  SimLine line(with_fault("{kind: duplicate_call}"));

  const auto events = run_turn(line);

  EXPECT_EQ(call_items(events).size(), 2u);
  EXPECT_EQ(text_at(done_response(events), "status"), "completed");
}

TEST(SimFault, SendsTheSameCallAgainBehindTheEnd) {
  SimLine line(with_fault("{kind: duplicate_call, late: true}"));

  const auto events = run_turn(line);
  const auto types = types_of(events);

  EXPECT_EQ(call_items(events).size(), 2u);
  const auto done = std::find(types.begin(), types.end(), "response.done");
  EXPECT_NE(std::find(done, types.end(), "response.output_item.done"), types.end());
}

TEST(SimFault, SwapsTwoEvents) {
  SimLine line(
      with_fault("{kind: reorder, type: response.function_call_arguments.done, with: "
                 "response.output_item.done}"));

  const auto types = types_of(run_turn(line));

  EXPECT_LT(std::find(types.begin(), types.end(), "response.output_item.done"),
            std::find(types.begin(), types.end(), "response.function_call_arguments.done"));
}

TEST(SimFault, FallsSilentAndStaysActiveUntilCancelled) {
  SimLine line(with_fault("{kind: silence, at: 3}"));

  const auto events = run_turn(line);
  line.respond();
  const auto refused = error_of(line.take());
  line.send(R"({"type":"response.cancel"})");
  const auto response = done_response(line.take());

  EXPECT_EQ(events.size(), 2u);
  EXPECT_EQ(text_at(refused, "code"), "conversation_already_has_active_response");
  EXPECT_EQ(text_at(response, "status"), "cancelled");
}

TEST(SimFault, SendsErrorsUnknownAndHugeEventsAndGoesOn) {
  SimLine line(
      with_fault("{kind: errors, at: 3, count: 50, error: {code: rate_limit_exceeded}}, "
                 "{kind: unknown_event, at: 2, event: {sparkle: true}}, {kind: huge_event, at: 2, "
                 "bytes: 1000000}"));

  const auto events = run_turn(line);

  EXPECT_EQ(count_of(events, "error"), 50u);
  EXPECT_EQ(text_at(error_of(events), "code"), "rate_limit_exceeded");
  EXPECT_EQ(count_of(events, "response.sparkle.delta"), 2u);
  EXPECT_EQ(text_at(done_response(events), "status"), "completed");
}

TEST(SimFault, CutsACallOffInTheMiddleOfItsArguments) {
  SimLine line(
      "rules:\n- when: {any: true}\n  calls: [{name: a, arguments: '{\"x\": 12345678}', cut: "
      "true}]\n");

  const auto events = run_turn(line);

  const auto item = last_of(events, "response.output_item.done").at("item").get_object();
  EXPECT_EQ(text_at(item, "status"), "incomplete");
  EXPECT_FALSE(parse_strict(text_at(item, "arguments")));
  EXPECT_EQ(text_at(done_response(events), "status"), "incomplete");
}

TEST(SimFault, StreamsArgumentsInThePiecesAsked) {
  SimLine line(
      "rules:\n- when: {any: true}\n  calls: [{name: a, arguments: 'abc', pieces: ['{}', 'a', "
      "'bc']}]\n");

  const auto events = run_turn(line);

  EXPECT_EQ(count_of(events, "response.function_call_arguments.delta"), 3u);
  EXPECT_EQ(text_at(last_of(events, "response.function_call_arguments.done"), "arguments"), "abc");
}

TEST(SimFault, FailsAResponseAsAFullProviderDoes) {
  SimLine line(
      "rules:\n- when: {any: true}\n  fail: {type: invalid_request_error, code: "
      "rate_limit_exceeded, message: later}\n");

  const auto response = done_response(run_turn(line));

  EXPECT_EQ(text_at(response, "status"), "failed");
  const auto& error = response.at("status_details").get_object().at("error").get_object();
  EXPECT_EQ(text_at(error, "code"), "rate_limit_exceeded");
}

TEST(SimFault, NeverAnswersAnIgnoredResponse) {
  SimLine line("rules:\n- when: {nth: 1}\n  ignore: true\n");

  EXPECT_TRUE(run_turn(line).empty());
}

TEST(SimFault, LeavesRateLimitsAwayAndForgetsWhoseErrorItWas) {
  SimLine line("rate_limits: false\nerror_event_ids: false\n");

  line.send(R"({"type":"response.cancel","event_id":"mine"})");
  const auto events = run_turn(line);

  EXPECT_EQ(count_of(events, "rate_limits.updated"), 0u);
  line.send(R"({"type":"response.cancel","event_id":"mine"})");
  EXPECT_TRUE(error_of(line.take()).at("event_id").is_null());
}

struct Cut {
  const char* manner;
  int code;  ///< that the client sees; 0: the connection stays
};

class SimCut : public ::testing::TestWithParam<Cut> {};

TEST_P(SimCut, HappensBehindTheEventAskedForAndOnlyOnTheConnectionsAsked) {
  SimLine line("disconnect: {at_event: 4, connections: 1, code: 1011, manner: " +
               std::string(GetParam().manner) + "}\n");

  line.respond();
  const auto events = line.take();

  EXPECT_EQ(events.size(), 4u);
  if (GetParam().code != 0) {
    ASSERT_TRUE(line.client->close_info());
    EXPECT_EQ(line.client->close_info()->code, GetParam().code);
    line.connect({.model = "gpt-realtime"});
    line.respond();
    EXPECT_EQ(text_at(done_response(line.take()), "status"), "completed");
  } else {
    line.respond();
    EXPECT_TRUE(line.take().empty());
    EXPECT_FALSE(line.client->close_info());
    line.pass(std::chrono::hours(1));
  }
}

INSTANTIATE_TEST_SUITE_P(Manners, SimCut,
                         ::testing::Values(Cut{"close", 1011}, Cut{"eof", 1006}, Cut{"reset", 1006},
                                           Cut{"hang", 0}),
                         [](const auto& info) { return info.param.manner; });

}  // namespace
}  // namespace callosum::sim::openai::testing
