#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "async/time_source.hpp"
#include "base/random.hpp"
#include "pipeline/executor.hpp"
#include "policy/proposal_store.hpp"
#include "storage/proposals.hpp"

namespace callosum::storage {
class Database;
}

namespace callosum::pipeline {

/// Writes that wait for a person: kept, listed, decided. Shared by all threads.
class Proposals final : public policy::ProposalStore {
 public:
  Proposals(storage::Database& database, async::TimeSource& time, Random& random)
      : database_(database), time_(time), random_(random) {}

  boost::asio::awaitable<Result<std::string>> keep(const policy::PreparedCall& call,
                                                   std::string preview) override;
  /// The newest first; `state` empty: in any.
  boost::asio::awaitable<Result<std::vector<storage::Proposal>>> list(std::string tenant_id,
                                                                      std::string state);
  boost::asio::awaitable<Result<storage::Proposal>> reject(std::string tenant_id, std::string id,
                                                           std::string by);
  /// Runs it, once, through the same executor: with the stored arguments, bound for whom they were
  /// bound when it was shown. `request` is of the person who applies it, but for the call's own
  /// words.
  boost::asio::awaitable<Result<storage::Proposal>> apply(std::string id, CallRequest request,
                                                          Executor& executor);

 private:
  boost::asio::awaitable<Result<storage::Proposal>> move(storage::Proposal decided,
                                                         storage::ProposalState from);
  boost::asio::awaitable<Result<storage::Proposal>> find(std::string tenant_id, std::string id);

  storage::Database& database_;
  async::TimeSource& time_;
  Random& random_;
};

}  // namespace callosum::pipeline
