// A call's whole life, in every order and interrupted at every point: one answer, at most one
// effect, and never two response.create at once.
#include <algorithm>
#include <gmock/gmock.h>
#include <numeric>

#include "base/json.hpp"
#include "conversation_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using registry::Access;
using registry::OnInterrupt;
using testing::Conversation;
using testing::make_tool;

/// The outputs that the model got, by call id, in their order.
std::vector<std::string> outputs(const Conversation& c) {
  std::vector<std::string> ids;
  for (std::size_t model = 0; model < c.models.size(); ++model) {
    for (const auto& event : c.sent("conversation.item.create", model)) {
      const auto item = parse_strict(event).value().at("item").as_object();
      if (item.at("type") == "function_call_output")
        ids.emplace_back(item.at("call_id").as_string());
    }
  }
  return ids;
}

std::string id_of(int call) { return "call_of_test_" + std::to_string(call); }

TEST(CallLife, FiveParallelResultsInAll120OrdersAreFollowedByOneResponse) {
  std::vector<int> order(5);
  std::iota(order.begin(), order.end(), 0);
  int orders = 0;
  do {
    std::vector<registry::ToolSpec> tools;
    for (int i = 0; i < 5; ++i) tools.push_back(make_tool("tool_" + std::to_string(i)));
    Conversation c(std::move(tools));
    std::vector<std::string> expected;
    for (std::size_t place = 0; place < order.size(); ++place) {
      const auto name = "tool_" + std::to_string(order[place]);
      c.w.scripts[name].takes = 100ms * (place + 1);
      expected.push_back(id_of(order[place]));
    }
    c.response_created("resp_1");
    for (int i = 0; i < 5; ++i) c.call("resp_1", id_of(i), "tool_" + std::to_string(i));
    c.response_done("resp_1");
    c.pass(450ms);
    const auto before_the_last = c.sent("response.create").size();
    c.pass(10s);

    EXPECT_EQ(outputs(c), expected);
    EXPECT_EQ(before_the_last, 0u);
    EXPECT_EQ(c.sent("response.create").size(), 1u);
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(orders, 120);
}

TEST(CallLife, FiveParallelResultsThatComeBeforeTheResponseEndsAreFollowedByOneResponse) {
  std::vector<registry::ToolSpec> tools;
  for (int i = 0; i < 5; ++i) tools.push_back(make_tool("tool_" + std::to_string(i)));
  Conversation c(std::move(tools));
  c.response_created("resp_1");
  for (int i = 0; i < 5; ++i) c.call("resp_1", id_of(i), "tool_" + std::to_string(i));
  const auto answered = outputs(c).size();
  const auto before = c.sent("response.create").size();
  c.response_done("resp_1");

  EXPECT_EQ(answered, 5u);
  EXPECT_EQ(before, 0u);
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

// --- duplicates ------------------------------------------------------------------------------

registry::ToolSpec tool_of(Access access, OnInterrupt on_interrupt) {
  auto tool = make_tool("book");
  tool.access = access;
  tool.on_interrupt = on_interrupt;
  return tool;
}

/// The same call again, as a response's finished item of this id.
void item_done(Conversation& c, const std::string& item_id, const std::string& arguments) {
  const json::object item{{"id", item_id},         {"type", "function_call"},
                          {"status", "completed"}, {"call_id", id_of(1)},
                          {"name", "book"},        {"arguments", arguments}};
  c.model_says(json::serialize(json::object{
      {"type", "response.output_item.done"}, {"response_id", "resp_1"}, {"item", item}}));
}

constexpr const char* kArguments = R"({"for":"Ada"})";
constexpr const char* kOthers = R"({"for":"Bo"})";

struct Again {
  const char* name;
  void (*in_response)(Conversation& c);  // before the response's end
  void (*afterwards)(Conversation& c);
};
void nothing(Conversation&) {}
void once_more_in_a_response(Conversation& c, const std::string& id, const char* arguments) {
  c.response_created("resp_again");
  c.call("resp_again", id, "book", arguments);
  c.response_done("resp_again");
}

const Again kAgain[]{
    {"same id in two events", [](Conversation& c) { item_done(c, "item_" + id_of(1), kArguments); },
     nothing},
    {"two item ids with one call id", [](Conversation& c) { item_done(c, "item_x", kArguments); },
     nothing},
    {"other arguments with the same id", [](Conversation& c) { item_done(c, "item_x", kOthers); },
     nothing},
    {"behind the response's end", nothing,
     [](Conversation& c) { item_done(c, "item_x", kArguments); }},
    {"in a later response", nothing,
     [](Conversation& c) { once_more_in_a_response(c, id_of(1), kArguments); }},
    {"in a later response with other arguments", nothing,
     [](Conversation& c) { once_more_in_a_response(c, id_of(1), kOthers); }},
    {"after a reconnect", nothing,
     [](Conversation& c) {
       c.lose_model();
       c.pass(2s);
       once_more_in_a_response(c, id_of(1), kArguments);
     }},
};

TEST(CallLife, ADuplicateInAnyFormIsAnsweredOnceAndDoneOnce) {
  for (const auto access : {Access::read, Access::write}) {
    for (const auto takes : {0ms, 300ms}) {
      for (const auto& again : kAgain) {
        SCOPED_TRACE(std::string(again.name) + (access == Access::read ? ", read" : ", write"));
        Conversation c({tool_of(access, OnInterrupt::commit)});
        c.w.scripts["book"].takes = takes;
        c.response_created("resp_1");
        c.call("resp_1", id_of(1), "book", kArguments);
        again.in_response(c);
        c.response_done("resp_1");
        c.pass(1s);
        again.afterwards(c);
        c.pass(10s);

        EXPECT_EQ(c.w.scripts["book"].runs, 1);
        ASSERT_EQ(c.w.scripts["book"].arguments.size(), 1u);
        EXPECT_EQ(c.w.scripts["book"].arguments[0], kArguments);
        EXPECT_EQ(outputs(c), std::vector{id_of(1)});
        EXPECT_EQ(c.sent("response.create", 0).size(), 1u);
      }
    }
  }
}

TEST(CallLife, AFreshIdWithTheSameArgumentsIsACallOfItsOwn) {
  Conversation c({tool_of(Access::read, OnInterrupt::abort)});
  c.response_created("resp_1");
  c.call("resp_1", id_of(1), "book", kArguments);
  c.call("resp_1", id_of(2), "book", kArguments);
  c.response_done("resp_1");

  EXPECT_EQ(outputs(c), (std::vector{id_of(1), id_of(2)}));
  EXPECT_EQ(c.sent("response.create").size(), 1u);
}

// --- barge-in --------------------------------------------------------------------------------

/// The vendor's side of responses: one at a time, and each response.create is honoured when its
/// turn comes.
class Line {
 public:
  explicit Line(Conversation& c) : c_(c) {}

  void begin(const std::string& id) {
    is_active_ = true;
    c_.response_created(id);
    look();
  }
  void end(const std::string& id, const std::string& status, const std::string& output = "[]") {
    is_active_ = false;
    c_.response_done(id, status, output);
    look();
  }
  void speech(const char* what) {
    c_.model_says(R"({"type":"input_audio_buffer.)" + std::string(what) +
                  R"(","item_id":"item_u"})");
    look();
  }
  void pass(std::chrono::milliseconds span) {
    c_.pass(span);
    look();
  }
  /// Whether a response.create waits for its response.
  bool is_due() const { return due_ > 0; }
  /// The vendor makes that response.
  void honour(const std::string& id) {
    --due_;
    begin(id);
  }

 private:
  /// After each step: at most one create since, and none where a response is active or due.
  void look() {
    const auto made = c_.sent("response.create").size();
    const auto since = static_cast<int>(made - seen_);
    seen_ = made;
    EXPECT_TRUE(since == 0 || !is_active_) << "response.create while a response runs";
    due_ += since;
    EXPECT_LE(due_, 1) << "two response.create at once";
  }

  Conversation& c_;
  std::size_t seen_ = 0;
  int due_ = 0;
  bool is_active_ = false;
};

enum class Point {
  before_arguments_end,
  before_response_ends,
  as_response_ends,
  while_running,
  before_follow_up,
  during_follow_up
};
enum class Barge { answered_by_the_model, noise };

constexpr const char* kCutOff =
    R"([{"id":"item_call_of_test_1","type":"function_call","status":"incomplete",)"
    R"("call_id":"call_of_test_1","name":"book","arguments":""}])";

void begin_of_call(Conversation& c) {
  c.model_says(R"({"type":"response.output_item.added","response_id":"resp_1","item":)"
               R"({"id":"item_call_of_test_1","type":"function_call","status":"in_progress",)"
               R"("call_id":"call_of_test_1","name":"book","arguments":""}})");
  c.model_says(R"({"type":"response.function_call_arguments.delta","response_id":"resp_1",)"
               R"("item_id":"item_call_of_test_1","call_id":"call_of_test_1","delta":"{\"fo"})");
}

/// The call's life up to the point, the caller's first word there, and how the model ends what it
/// was saying.
void barge_in(Conversation& c, Line& line, Point point) {
  line.begin("resp_1");
  if (point == Point::before_arguments_end) {
    begin_of_call(c);
    line.speech("speech_started");
    return line.end("resp_1", "cancelled", kCutOff);
  }
  c.call("resp_1", id_of(1), "book", kArguments);
  if (point == Point::before_response_ends || point == Point::as_response_ends) {
    line.speech("speech_started");
    return line.end("resp_1", point == Point::as_response_ends ? "completed" : "cancelled");
  }
  line.end("resp_1", "completed");
  if (point == Point::while_running) {
    line.pass(100ms);
    return line.speech("speech_started");
  }
  line.pass(1s);
  ASSERT_TRUE(line.is_due());
  if (point == Point::during_follow_up) {
    line.honour("resp_2");
    line.speech("speech_started");
    return line.end("resp_2", "cancelled");
  }
  line.speech("speech_started");
  line.honour("resp_2");
  line.end("resp_2", "cancelled");
}

/// The rest of the conversation, until nothing is owed any more.
void go_on(Conversation& c, Line& line, Barge barge) {
  line.pass(200ms);
  line.speech("speech_stopped");
  if (barge == Barge::answered_by_the_model) {
    line.speech("committed");
    line.begin("resp_vad");
    c.message("resp_vad", "Yes?");
    line.pass(200ms);
    line.end("resp_vad", "completed");
  }
  for (int i = 0; i < 4; ++i) {
    line.pass(10s);
    if (!line.is_due()) continue;
    const auto id = "resp_later_" + std::to_string(i);
    line.honour(id);
    c.message(id, "It is done.");
    line.end(id, "completed");
  }
  EXPECT_FALSE(line.is_due());
}

struct Kind {
  Access access;
  OnInterrupt on_interrupt;
};
constexpr Kind kKinds[]{{Access::read, OnInterrupt::abort},   {Access::read, OnInterrupt::finish},
                        {Access::read, OnInterrupt::commit},  {Access::write, OnInterrupt::abort},
                        {Access::write, OnInterrupt::finish}, {Access::write, OnInterrupt::commit}};
constexpr Point kPoints[]{Point::before_arguments_end, Point::before_response_ends,
                          Point::as_response_ends,     Point::while_running,
                          Point::before_follow_up,     Point::during_follow_up};

void interrupt_at(Point point, const Kind& kind, Barge barge) {
  Conversation c({tool_of(kind.access, kind.on_interrupt)});
  c.w.scripts["book"].takes = point == Point::before_arguments_end ? 0ms : 600ms;
  Line line(c);
  barge_in(c, line, point);
  go_on(c, line, barge);

  const bool was_made = point != Point::before_arguments_end;
  EXPECT_EQ(outputs(c), was_made ? std::vector{id_of(1)} : std::vector<std::string>{});
  EXPECT_LE(c.w.scripts["book"].runs, 1);
  const bool is_write = kind.access == Access::write;
  if (!was_made || (is_write && point == Point::before_response_ends)) {
    EXPECT_EQ(c.w.scripts["book"].runs, 0);
  }
  const bool may_be_cut = kind.on_interrupt == OnInterrupt::abort;
  if (point == Point::while_running) {
    EXPECT_EQ(c.w.scripts["book"].finished, may_be_cut ? 0 : 1);
  }
}

TEST(CallLife, InterruptedAtAnyPointIsAnsweredOnceWithAtMostOneEffect) {
  for (const auto point : kPoints) {
    for (const auto& kind : kKinds) {
      for (const auto barge : {Barge::answered_by_the_model, Barge::noise}) {
        SCOPED_TRACE("point " + std::to_string(static_cast<int>(point)) + ", access " +
                     std::to_string(static_cast<int>(kind.access)) + ", on_interrupt " +
                     std::to_string(static_cast<int>(kind.on_interrupt)) +
                     (barge == Barge::noise ? ", noise" : ""));
        interrupt_at(point, kind, barge);
      }
    }
  }
}

TEST(CallLife, OfCallsWhoseResponseNeverEndsABoundedNumberWaits) {
  Conversation c({tool_of(Access::write, OnInterrupt::commit)});
  c.response_created("resp_1");
  for (int i = 0; i < 200; ++i) c.call("resp_1", id_of(i), "book", kArguments);
  const auto refused = c.sent("conversation.item.create");

  ASSERT_EQ(refused.size(), 136u);
  EXPECT_NE(refused[0].find("BUDGET_EXCEEDED"), std::string::npos) << refused[0];
  EXPECT_EQ(c.w.scripts["book"].runs, 0);
  c.response_done("resp_1");
  c.pass(10s);
  EXPECT_EQ(outputs(c).size(), 200u);
}

TEST(CallLife, OfAResponseThatAnotherFollowsWithoutItsEndIsAnsweredAndNotDone) {
  Conversation c({tool_of(Access::write, OnInterrupt::commit)});
  c.response_created("resp_1");
  c.call("resp_1", id_of(1), "book", kArguments);

  c.response_created("resp_2");
  c.response_done("resp_2");
  c.pass(10s);

  EXPECT_EQ(c.w.scripts["book"].runs, 0);
  EXPECT_EQ(outputs(c), std::vector{id_of(1)});
  c.caller_says(R"({"type":"response.create"})");
  EXPECT_EQ(c.sent("response.create").size(), 1u) << "nothing is waited for any more";
}

TEST(CallLife, WithoutTheNameOfItsResponseIsOfTheOneThatRuns) {
  Conversation c({tool_of(Access::write, OnInterrupt::commit)});
  c.response_created("resp_1");
  c.call("", id_of(1), "book", kArguments);
  c.response_done("resp_1");
  c.pass(10s);

  EXPECT_EQ(c.w.scripts["book"].runs, 1);
  EXPECT_EQ(outputs(c), std::vector{id_of(1)});
}

/// Counters begin again with each connection: their calls and responses are others.
TEST(CallLife, ShortIdsOfANewConnectionAreOtherCallsInOtherResponses) {
  for (const std::string status : {"completed", "cancelled"}) {
    auto slow = make_tool("stock");
    slow.on_interrupt = OnInterrupt::finish;
    Conversation c({slow, tool_of(Access::write, OnInterrupt::commit)});
    c.w.scripts["stock"].takes = 5s;
    c.response_created("resp_1");
    c.call("resp_1", "call_1", "stock");
    c.response_done("resp_1", status);
    c.lose_model();
    c.pass(2s);

    c.response_created("resp_1");
    c.call("resp_1", "call_1", "book", kArguments);
    EXPECT_EQ(c.w.scripts["book"].runs, 0) << "before its response has completed";
    c.response_done("resp_1");
    c.pass(1s);

    EXPECT_EQ(c.w.scripts["book"].runs, 1) << status;
    EXPECT_EQ(outputs(c), std::vector<std::string>{"call_1"}) << status;
    c.pass(10s);
    EXPECT_EQ(outputs(c), std::vector<std::string>{"call_1"})
        << "the other is told as conversation";
  }
}

TEST(CallLife, ACallThatComesBehindTheEndOfItsResponseIsAnsweredAllTheSame) {
  for (const std::string status : {"completed", "cancelled"}) {
    auto tool = make_tool("book");
    tool.access = Access::write;
    Conversation c({tool});
    c.response_created("resp_1");
    c.response_done("resp_1", status);

    c.call("resp_1", id_of(1), "book", kArguments);
    c.pass(5s);

    EXPECT_EQ(c.w.scripts["book"].runs, status == "completed" ? 1 : 0) << status;
    const auto outputs = c.sent("conversation.item.create");
    ASSERT_EQ(outputs.size(), 1u) << status;
    EXPECT_EQ(outputs[0].find("CANCELLED") == outputs[0].npos, status == "completed");
    EXPECT_EQ(c.sent("response.create").size(), status == "completed" ? 1u : 0u) << status;
  }
}

}  // namespace
}  // namespace callosum::session
