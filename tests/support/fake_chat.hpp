#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/bounded_queue.hpp"
#include "realtime/chat_model.hpp"

namespace callosum::testing {

/// A chat model played by a test: what it is asked is kept, what it says is pushed.
class FakeChat final : public realtime::ChatModel {
 public:
  FakeChat(const boost::asio::any_io_executor& executor, async::TimeSource& time)
      : says_(executor, 100), time_(time) {}

  void say(const std::string& text) { EXPECT_TRUE(says_.push({text, std::nullopt})); }
  void end(std::vector<realtime::ChatCall> calls = {}) {
    EXPECT_TRUE(
        says_.push({"", Result<realtime::ChatAnswer>(realtime::ChatAnswer{"", std::move(calls)})}));
  }
  void fail_with(const std::string& why, ErrorType type = ErrorType::transient) {
    EXPECT_TRUE(says_.push({"", Result<realtime::ChatAnswer>(fail(type, why))}));
  }

  boost::asio::awaitable<Result<realtime::ChatAnswer>> ask(
      realtime::ChatRequest request, std::function<void(std::string_view)> on_text,
      async::Deadline) override {
    asked.push_back(std::move(request));
    struct Running {
      int& count;
      ~Running() { --count; }
    } const running_now{++running};
    while (true) {
      auto said = co_await says_.pop(async::Deadline::none(time_));
      if (!said) co_return fail(ErrorType::transient, "gone");
      if (said->end) co_return std::move(*said->end);
      on_text(said->text);
    }
  }

  std::vector<realtime::ChatRequest> asked;
  int running = 0;

 private:
  struct Said {
    std::string text;
    std::optional<Result<realtime::ChatAnswer>> end;
  };
  async::BoundedQueue<Said> says_;
  async::TimeSource& time_;
};

}  // namespace callosum::testing
