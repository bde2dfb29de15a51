#include "async/blocking_pool.hpp"

#include <algorithm>

namespace callosum::async {

BlockingPool::BlockingPool(std::size_t threads, std::size_t max_queued)
    : max_queued_(max_queued), max_running_(std::max<std::size_t>(threads, 2) - 1) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& share : turns_) share->second.jobs.clear();
    turns_.clear();
  }
  ready_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool BlockingPool::post(const std::string& name, std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queued_ >= max_queued_) return false;
    const auto share = shares_.try_emplace(name).first;
    auto& jobs = share->second.jobs;
    if (!name.empty() && jobs.size() >= std::max<std::size_t>(max_queued_ / 2, 1)) return false;
    jobs.push_back(std::move(job));
    ++queued_;
    if (jobs.size() == 1) turns_.push_back(share);
  }
  ready_.notify_one();
  return true;
}

bool BlockingPool::may_run(const Shares::value_type& share) const {
  return share.first.empty() || share.second.running < max_running_;
}

BlockingPool::Turns::iterator BlockingPool::next() {
  return std::find_if(turns_.begin(), turns_.end(),
                      [this](Shares::iterator share) { return may_run(*share); });
}

/// Behind that it is the others' turn.
std::function<void()> BlockingPool::take(Turns::iterator turn) {
  auto& share = (*turn)->second;
  auto job = std::move(share.jobs.front());
  share.jobs.pop_front();
  ++share.running;
  --queued_;
  if (share.jobs.empty()) {
    turns_.erase(turn);
  } else {
    turns_.splice(turns_.end(), turns_, turn);
  }
  return job;
}

void BlockingPool::give_back(Shares::iterator share) {
  --share->second.running;
  if (share->second.running == 0 && share->second.jobs.empty()) shares_.erase(share);
}

void BlockingPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ready_.wait(lock, [this] { return stopping_ || next() != turns_.end(); });
    if (stopping_) return;
    const auto turn = next();
    const auto share = *turn;
    auto job = take(turn);
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    // What it kept waiting this thread looks for itself.
    give_back(share);
  }
}

}  // namespace callosum::async
