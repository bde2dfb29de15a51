#include "async/blocking_pool.hpp"

#include <algorithm>

namespace callosum::async {

BlockingPool::BlockingPool(std::size_t threads, std::size_t max_queued)
    : max_queued_(max_queued), max_running_(std::max<std::size_t>(threads, 2) - 1) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void BlockingPool::stop() {
  Shares dropped;  // what jobs own goes outside the lock
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    turns_.clear();
    for (auto& [name, share] : shares_) dropped[name].jobs.swap(share.jobs);
  }
  ready_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

bool BlockingPool::has_room(const JobClaim& claim, const Share& share) const {
  if (claim.is_owed) return true;
  const auto half = std::max<std::size_t>(max_queued_ / 2, 1);
  return queued_ < max_queued_ && (claim.share.empty() || share.jobs.size() < half);
}

bool BlockingPool::post(const JobClaim& claim, std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    const auto share = shares_.try_emplace(claim.share).first;
    auto& jobs = share->second.jobs;
    if (!has_room(claim, share->second)) {
      if (jobs.empty() && share->second.running == 0) shares_.erase(share);
      return false;
    }
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

/// Behind that it is the others' turn, and before them nobody's.
std::function<void()> BlockingPool::take(Turns::iterator turn) {
  auto& share = (*turn)->second;
  auto job = std::move(share.jobs.front());
  share.jobs.pop_front();
  ++share.running;
  --queued_;
  const bool was_named = !(*turn)->first.empty();
  if (share.jobs.empty()) {
    turns_.erase(turn);
  } else {
    turns_.splice(turns_.end(), turns_, turn);
  }
  if (!was_named) return job;
  const auto nobodys = std::find_if(turns_.begin(), turns_.end(),
                                    [](Shares::iterator each) { return each->first.empty(); });
  if (nobodys != turns_.end()) turns_.splice(turns_.begin(), turns_, nobodys);
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
