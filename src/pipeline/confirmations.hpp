#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "async/time_source.hpp"
#include "base/random.hpp"
#include "policy/confirmation_store.hpp"
#include "storage/confirmations.hpp"

namespace callosum::storage {
class Database;
}

namespace callosum::pipeline {

/// Whoever shows questions to callers, and tells conversations what became of them. Any thread;
/// neither waits nor fails.
class ConfirmationWatcher {
 public:
  virtual ~ConfirmationWatcher() = default;
  /// Again for each call that finds it open.
  virtual void asked(const storage::Confirmation& question) = 0;
  virtual void answered(const storage::Confirmation& question) = 0;
};

/// Where a person's answer goes. Never a model's: it has neither the id nor a way to here.
class ConfirmationAnswers {
 public:
  virtual ~ConfirmationAnswers() = default;
  /// NOT_FOUND, and CONFLICT where it has been answered or has expired.
  virtual boost::asio::awaitable<Result<storage::Confirmation>> answer(
      storage::ConfirmationAnswer answer) = 0;
};

/// What callers confirm with a click, a key or elsewhere: kept, listed, answered, used up once.
/// Shared by all threads.
class Confirmations final : public policy::ConfirmationStore, public ConfirmationAnswers {
 public:
  Confirmations(storage::Database& database, async::TimeSource& time, Random& random,
                ConfirmationWatcher& watcher)
      : database_(database), time_(time), random_(random), watcher_(watcher) {}

  boost::asio::awaitable<Result<Settled>> settle(const policy::PreparedCall& call,
                                                 std::string preview,
                                                 std::int64_t expires_at_ms) override;
  boost::asio::awaitable<Result<storage::Confirmation>> answer(
      storage::ConfirmationAnswer answer) override;
  /// Those of a person that can still be answered, in any tenant, the newest first.
  boost::asio::awaitable<Result<std::vector<storage::Confirmation>>> list_open(std::string subject);
  /// NOT_FOUND where that person has none of that id.
  boost::asio::awaitable<Result<storage::Confirmation>> find(std::string id, std::string subject);

 private:
  storage::Database& database_;
  async::TimeSource& time_;
  Random& random_;
  ConfirmationWatcher& watcher_;
};

/// The question that a call asks, but for its own id, its preview and its times.
storage::Confirmation question_of(const policy::PreparedCall& call);
policy::ConfirmationStore::Settled standing_of(const storage::Confirmation& row);

}  // namespace callosum::pipeline
