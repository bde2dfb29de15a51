#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "async/event.hpp"
#include "async/time_source.hpp"
#include "telemetry/log.hpp"
#include "tool/process/pending_call.hpp"
#include "tool/process/plan.hpp"

namespace callosum::tool::process {

/// A call on its way through a worker.
struct Job {
  std::string id;
  std::shared_ptr<const std::string> line;  ///< as the worker reads it
  SteadyTime deadline;                      ///< of the workers' own clock
  bool is_write = false;
  bool is_repeated = false;  ///< a read whose worker was lost goes to the next one, once
  std::shared_ptr<PendingCall> pending;
};

/// One program and the calls that wait for it. Started by the first call, again after it has ended,
/// with a growing pause where it ends in trouble; killed, with its group, when a call's deadline
/// passes. Lives on the workers' thread.
class Worker {
 public:
  Worker(WorkerPlan plan, const boost::asio::any_io_executor& executor, async::TimeSource& time,
         telemetry::Log& log);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void add(Job job);
  /// Until it is cancelled: then the program is gone and every call is answered.
  boost::asio::awaitable<void> run();

 private:
  struct Pipes;
  struct AnswerAll;

  boost::asio::awaitable<void> rest();
  boost::asio::awaitable<void> live();
  boost::asio::awaitable<void> write_calls(Pipes& pipes);
  boost::asio::awaitable<void> read_answers(Pipes& pipes);
  boost::asio::awaitable<void> read_errors(Pipes& pipes);
  boost::asio::awaitable<void> watch_exit(Pipes& pipes);
  boost::asio::awaitable<void> keep_time();

  bool take_lines(std::string& buffer);
  bool take_answer(std::string_view line);
  void say(std::string_view line);
  void drop_late();
  void answer_waiting(const Error& error);
  void answer_running(const Error& error);
  void repeat_reads();
  void note_end(SteadyTime started, const std::string& how);
  SteadyTime next_deadline() const;
  std::string masked(std::string text) const;

  const WorkerPlan plan_;
  boost::asio::any_io_executor executor_;
  async::TimeSource& time_;
  telemetry::Log& log_;
  std::deque<Job> waiting_;
  std::map<std::string, Job, std::less<>> running_;
  async::Event has_work_;
  async::Event may_write_;
  async::Event times_changed_;
  Error loss_;  ///< why this life of the program ends
  std::chrono::nanoseconds pause_{0};
  SteadyTime not_before_{};
  std::size_t answered_ = 0;  ///< in this life
  SteadyTime minute_began_{};
  std::size_t said_ = 0;  ///< lines of its own in this minute
};

}  // namespace callosum::tool::process
