#include "tool/process/worker.hpp"

#include <algorithm>

#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "tool/process/child.hpp"
#include "tool/process/line_protocol.hpp"
#include "tool/process/worker_pipes.hpp"

namespace callosum::tool::process {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMostWaiting = 256;
constexpr std::size_t kLinesAMinute = 100;
constexpr std::size_t kShownBytes = 1024;
constexpr std::chrono::nanoseconds kFirstPause = 100ms;
constexpr std::chrono::nanoseconds kLongestPause = 30s;
constexpr std::chrono::nanoseconds kGoodLife = 10s;
/// What a program answered right before its end may still be in the pipe.
constexpr std::chrono::nanoseconds kLastWords = 100ms;

Error lost() { return fail(ErrorType::transient, "the tool broke off; try again"); }
Error not_sent() {
  return fail(ErrorType::transient, "the tool is busy or being restarted; nothing was done");
}
Error unknown_outcome(const Error& cause) {
  return fail(ErrorType::outcome_unknown, "it is not known whether that was done", cause.message);
}

}  // namespace

/// However `run` ends, nobody waits for an answer in vain.
struct Worker::AnswerAll {
  Worker& worker;
  ~AnswerAll() {
    worker.answer_running(lost());
    worker.answer_waiting(not_sent());
  }
};

Worker::Worker(WorkerPlan plan, const asio::any_io_executor& executor, async::TimeSource& time,
               telemetry::Log& log)
    : plan_(std::move(plan)),
      executor_(executor),
      time_(time),
      log_(log),
      has_work_(executor),
      may_write_(executor),
      times_changed_(executor) {}

void Worker::add(Job job) {
  if (waiting_.size() >= kMostWaiting || job.deadline <= not_before_) {
    return job.pending->set(not_sent());
  }
  waiting_.push_back(std::move(job));
  has_work_.set();
  may_write_.set();
  times_changed_.set();
}

asio::awaitable<void> Worker::run() {
  const AnswerAll guard{*this};
  const auto never = async::Deadline::none(time_);  // the host cancels it
  while (true) {
    has_work_.reset();
    if (waiting_.empty()) co_await has_work_.wait(never);
    co_await rest();
    if (!waiting_.empty()) co_await live();
  }
}

asio::awaitable<void> Worker::rest() {
  while (time_.now() < not_before_) {
    times_changed_.reset();
    const auto until = async::Deadline::at(time_, std::min(not_before_, next_deadline()));
    co_await times_changed_.wait(until);
    drop_late();
  }
}

asio::awaitable<void> Worker::live() {
  auto child = Child::start(plan_);
  if (!child) {
    answer_waiting(child.error());
    note_end(time_.now(), child.error().detail);
    co_return;
  }
  const auto started = time_.now();
  answered_ = 0;
  loss_ = lost();
  Pipes pipes(executor_, *child);
  async::TaskGroup tasks(executor_, time_);
  tasks.spawn("write calls", write_calls(pipes));
  tasks.spawn("read answers", read_answers(pipes));
  tasks.spawn("watch exit", watch_exit(pipes));
  tasks.spawn("keep time", keep_time());
  tasks.spawn_beside("read errors", read_errors(pipes));
  co_await tasks.wait_any();
  const bool was_busy = !running_.empty();
  if (loss_.type == ErrorType::transient) repeat_reads();
  answer_running(loss_);  // before the end, which can take a moment
  const auto how = child->end();
  const bool is_told_to_end = tasks.first_ended() == nullptr;
  if (!is_told_to_end && (was_busy || how != "exit 0")) note_end(started, how);
  tasks.cancel();
  co_await tasks.join();
}

asio::awaitable<void> Worker::write_calls(Pipes& pipes) {
  const auto never = async::Deadline::none(time_);  // ends with its group
  while (true) {
    while (waiting_.empty() || running_.size() >= plan_.concurrency) {
      may_write_.reset();
      co_await may_write_.wait(never);
    }
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    if (job.pending->is_abandoned()) continue;
    const auto line = job.line;
    running_.insert_or_assign(job.id, std::move(job));
    times_changed_.set();
    auto writing = pipes.write(*line);
    const bool is_written = co_await std::move(writing);
    if (!is_written) co_return;
  }
}

asio::awaitable<void> Worker::read_answers(Pipes& pipes) {
  std::string buffer;
  while (true) {
    auto reading = pipes.read_answers(buffer);
    const bool is_open = co_await std::move(reading);
    if (!take_lines(buffer) || !is_open) co_return;
    if (buffer.size() <= plan_.max_line_bytes) continue;
    loss_ = fail(ErrorType::output_too_large, "the tool's answer is bigger than allowed",
                 "a line of more than " + std::to_string(plan_.max_line_bytes) + " bytes");
    co_return;
  }
}

bool Worker::take_lines(std::string& buffer) {
  std::size_t begin = 0;
  for (auto end = buffer.find('\n'); end != std::string::npos; end = buffer.find('\n', begin)) {
    const auto line = std::string_view(buffer).substr(begin, end - begin);
    begin = end + 1;
    if (!line.empty() && !take_answer(line)) return false;
  }
  buffer.erase(0, begin);
  return true;
}

bool Worker::take_answer(std::string_view line) {
  auto answer = decode_answer(line, plan_.max_line_bytes);
  if (!answer) {
    loss_ = fail(ErrorType::invalid_output, "the tool's answer could not be understood",
                 answer.error().message);
    return false;
  }
  ++answered_;
  auto job = running_.extract(answer->id);
  if (job.empty()) return true;  // of a call that nobody waits for any more
  auto result = std::move(answer->data);
  if (!result) {
    Error error = result.error();
    error.message = masked(std::move(error.message));
    result = std::move(error);
  }
  job.mapped().pending->set(std::move(result));
  may_write_.set();
  times_changed_.set();
  return true;
}

asio::awaitable<void> Worker::read_errors(Pipes& pipes) {
  std::string line;
  bool is_open = true;
  while (is_open) {
    auto reading = pipes.read_error_line(line);
    is_open = co_await std::move(reading);
    if (!line.empty()) say(line);
  }
}

void Worker::say(std::string_view line) {
  const auto now = time_.now();
  if (now - minute_began_ >= 1min) {
    if (said_ > kLinesAMinute) {
      log_.warn("tool_worker_lines_left_out",
                {{"pack", plan_.pack}, {"worker", plan_.name()}, {"lines", said_ - kLinesAMinute}});
    }
    minute_began_ = now;
    said_ = 0;
  }
  if (++said_ > kLinesAMinute) return;
  const auto text = masked(std::string(line)).substr(0, kShownBytes);
  log_.info("tool_worker_says", {{"pack", plan_.pack}, {"worker", plan_.name()}, {"line", text}});
}

asio::awaitable<void> Worker::watch_exit(Pipes& pipes) {
  auto waiting = pipes.wait_exit();
  co_await std::move(waiting);
  const auto until = async::Deadline::after(time_, kLastWords);
  co_await async::sleep_until(until);
}

asio::awaitable<void> Worker::keep_time() {
  while (true) {
    times_changed_.reset();
    const auto until = async::Deadline::at(time_, next_deadline());
    co_await times_changed_.wait(until);
    drop_late();
    const auto now = time_.now();
    const bool is_late = std::any_of(running_.begin(), running_.end(), [now](const auto& entry) {
      return entry.second.deadline <= now;
    });
    if (!is_late) continue;
    // It hangs: its group is killed, and what else it was at is lost.
    std::erase_if(running_, [now](auto& entry) {
      auto& job = entry.second;
      if (job.deadline > now) return false;
      const auto late = fail(ErrorType::timeout, "that took too long");
      job.pending->set(job.is_write ? unknown_outcome(late) : late);
      return true;
    });
    loss_ = lost();
    co_return;
  }
}

SteadyTime Worker::next_deadline() const {
  auto next = SteadyTime::max();
  for (const auto& job : waiting_) next = std::min(next, job.deadline);
  for (const auto& [id, job] : running_) next = std::min(next, job.deadline);
  return next;
}

void Worker::drop_late() {
  const auto now = time_.now();
  std::erase_if(waiting_, [&](Job& job) {
    const bool is_late = job.deadline <= now || job.deadline <= not_before_;
    if (is_late) job.pending->set(not_sent());
    return is_late || job.pending->is_abandoned();
  });
}

void Worker::answer_waiting(const Error& error) {
  for (auto& job : waiting_) job.pending->set(error);
  waiting_.clear();
}

void Worker::answer_running(const Error& error) {
  for (auto& [id, job] : running_) {
    job.pending->set(job.is_write ? unknown_outcome(error) : error);
  }
  running_.clear();
}

void Worker::repeat_reads() {
  for (auto at = running_.begin(); at != running_.end();) {
    auto& job = at->second;
    if (job.is_write || std::exchange(job.is_repeated, true)) {
      ++at;
      continue;
    }
    waiting_.push_front(std::move(job));
    at = running_.erase(at);
  }
}

void Worker::note_end(SteadyTime started, const std::string& how) {
  const auto now = time_.now();
  const bool was_good = answered_ > 0 && now - started >= kGoodLife;
  pause_ = was_good || pause_ == 0ns ? kFirstPause : std::min(pause_ * 2, kLongestPause);
  not_before_ = now + pause_;
  const auto pause_ms = std::chrono::duration_cast<std::chrono::milliseconds>(pause_).count();
  log_.warn("tool_worker_ended", {{"pack", plan_.pack},
                                  {"worker", plan_.name()},
                                  {"how", how},
                                  {"cause", loss_.message},
                                  {"pause_ms", pause_ms}});
}

std::string Worker::masked(std::string text) const {
  for (const auto& [name, secret] : plan_.secrets) {
    const auto& value = secret.reveal();
    if (value.empty()) continue;
    for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at)) {
      text.replace(at, value.size(), "***");
      at += 3;
    }
  }
  return text;
}

}  // namespace callosum::tool::process
