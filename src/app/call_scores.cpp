#include "app/call_scores.hpp"

#include <utility>

#include "session/sentiment.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using channel::twilio::EndedCall;

namespace {

constexpr auto kPatience = 20s;  // nobody waits for it

}  // namespace

CallScores::CallScores(storage::CallLog& records, telemetry::Log& log, telemetry::Metrics& metrics)
    : records_(records),
      log_(log),
      metrics_(metrics),
      tasks_([&log] { log.error("call_scores_ended"); }) {}

void CallScores::count(std::string_view outcome) {
  metrics_
      .counter("call_scores_total", "Calls that were to be judged once they were over.",
               {{"outcome", std::string(outcome)}})
      .add();
}

void CallScores::judge(EndedCall call, std::shared_ptr<realtime::ChatModel> chat) {
  if (call.said.empty() || !chat) return;
  const auto one = std::make_shared<Waiting>(Waiting{std::move(call), std::move(chat)});
  tasks_.post([this, one](async::TaskGroup& tasks) { take(tasks, std::move(*one)); });
}

void CallScores::take(async::TaskGroup& tasks, Waiting one) {
  if (waiting_.size() >= kMostWaiting) return count("dropped");
  waiting_.push_back(std::move(one));
  if (workers_ >= kAtOnce) return;
  ++workers_;
  tasks.spawn("call scores", work());
}

asio::awaitable<void> CallScores::work() {
  struct Leaving {
    std::size_t& workers;
    ~Leaving() { --workers; }
  } const leaving{workers_};
  while (!waiting_.empty()) {
    auto one = std::move(waiting_.front());
    waiting_.pop_front();
    auto judging = judge_one(std::move(one));
    co_await std::move(judging);
  }
}

asio::awaitable<void> CallScores::judge_one(Waiting one) {
  const auto deadline = async::Deadline::after(tasks_.time(), kPatience);
  std::function<void(std::string_view)> on_text = [](std::string_view) {};
  auto asking = one.chat->ask(session::ask_sentiment(one.call.said), std::move(on_text), deadline);
  const auto answer = co_await std::move(asking);
  auto& record = one.call.record;
  if (!answer) {
    count("failed");
    log_.warn("call_not_scored", {{"call_sid", record.call_sid},
                                  {"reason", answer.error().message},
                                  {"detail", answer.error().detail}});
    co_return;
  }
  record.sentiment = session::read_sentiment(answer->text);
  if (!record.sentiment) {
    count("unreadable");
    // Not what it says: that may be the caller's words.
    log_.warn("call_not_scored", {{"call_sid", record.call_sid},
                                  {"reason", "the chat model's answer is no such object"}});
    co_return;
  }
  count("judged");
  records_.note(std::move(record));
}

}  // namespace callosum::app
