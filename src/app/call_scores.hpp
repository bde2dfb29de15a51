#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>

#include "async/task_thread.hpp"
#include "channel/twilio/call_recorder.hpp"
#include "realtime/chat_model.hpp"
#include "storage/call_log.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace callosum::app {

/// Judges calls that are over: asks a chat model how the caller felt, and writes that into the
/// call's record. A few at a time, on a thread of its own: no call's end waits for it, and what is
/// not judged when the process ends never is. What it is given outlives it. Shared by all threads.
class CallScores {
 public:
  static constexpr std::size_t kMostWaiting = 64;  ///< beyond it calls are not judged
  static constexpr std::size_t kAtOnce = 4;

  CallScores(storage::CallLog& records, telemetry::Log& log, telemetry::Metrics& metrics);

  /// Never waits. Of a call in which the caller has said nothing there is nothing to judge.
  void judge(channel::twilio::EndedCall call, std::shared_ptr<realtime::ChatModel> chat);

 private:
  struct Waiting {
    channel::twilio::EndedCall call;
    std::shared_ptr<realtime::ChatModel> chat;
  };
  void take(async::TaskGroup& tasks, Waiting one);
  boost::asio::awaitable<void> work();
  boost::asio::awaitable<void> judge_one(Waiting one);
  void count(std::string_view outcome);

  storage::CallLog& records_;
  telemetry::Log& log_;
  telemetry::Metrics& metrics_;
  std::deque<Waiting> waiting_;  // of the thread, like the number of those who take from it
  std::size_t workers_ = 0;
  async::TaskThread tasks_;  // ends first
};

}  // namespace callosum::app
