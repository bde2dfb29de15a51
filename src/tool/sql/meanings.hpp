#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task_thread.hpp"
#include "realtime/embedding_model.hpp"
#include "storage/database.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "tool/sql/rank_fusion.hpp"

namespace callosum::tool::sql {

/// What Meanings stands on; outlives it.
struct MeaningGround {
  storage::Database& database;
  telemetry::Log& log;
  telemetry::Metrics& metrics;
};

struct MeaningOptions {
  std::string model;            ///< its vectors are comparable with no other's
  double least_nearness = 0.4;  ///< further away, a text is no answer
};

/// A text that has no meaning yet, by what it is found.
struct UnknownText {
  std::string sha256;  ///< of the whole of it
  std::string text;
};

/// What the texts of businesses mean: kept in the database by business, text and model, made by a
/// model in the background once somebody wants them. Nobody who is spoken to waits for that; a
/// question's own meaning is waited for a moment, and a model that fails is left alone for a while.
/// Shared by all threads.
class Meanings {
 public:
  static constexpr std::chrono::milliseconds kPatience{300};  ///< with a question
  static constexpr std::size_t kMostNear = 10;        ///< of a search, found by meaning alone
  static constexpr std::size_t kMostWanted = 20'000;  ///< texts that wait; beyond it none are taken

  Meanings(const MeaningGround& ground, std::shared_ptr<realtime::EmbeddingModel> model,
           MeaningOptions options);
  ~Meanings();

  /// Of what somebody asks, by `deadline` and within `kPatience`. Any error: search by words alone.
  boost::asio::awaitable<Result<realtime::Meaning>> of_question(std::string question,
                                                                async::Deadline deadline);
  /// Which of a tenant's texts are near it; those that have no meaning yet come into `unknown`.
  /// Blocks, on a thread that may read; `connection` may be fenced.
  Result<Ranks> rank(storage::sqlite::Connection& connection, const std::string& tenant_id,
                     const std::vector<std::string>& texts, const realtime::Meaning& question,
                     std::vector<UnknownText>& unknown) const;
  /// Those that have none yet.
  Result<std::vector<UnknownText>> find_unknown(storage::sqlite::Connection& connection,
                                                const std::string& tenant_id,
                                                const std::vector<std::string>& texts) const;
  /// They get theirs in the background. Never waits.
  void want(std::string tenant_id, std::vector<UnknownText> texts);
  /// Runs in a moment beside everything else, once for all that is asked under this name until
  /// then: what a search will be asked of may be looked at beforehand.
  void look_soon(std::string name, std::function<boost::asio::awaitable<void>()> look);
  async::TimeSource& time() { return tasks_.time(); }
  /// Nothing runs any more, nor will; for whoever takes away what `look_soon` uses.
  void stop();

 private:
  struct Wanted {
    std::string tenant_id;
    UnknownText text;
    int failures = 0;      ///< asked about alone
    std::size_t made = 0;  ///< texts that others had made when the first of them was
  };
  using Key = std::pair<std::string, std::string>;  // tenant, text
  /// How long a model that fails is left alone.
  class Rest {
   public:
    bool is_over(SteadyTime now) const { return now >= until_; }
    void end() { failures_ = 0; }
    std::chrono::milliseconds begin(SteadyTime now);

   private:
    int failures_ = 0;
    SteadyTime until_ = SteadyTime::min();
  };

  void take(async::TaskGroup& tasks, const std::string& tenant_id, std::vector<UnknownText> texts);
  boost::asio::awaitable<void> look(std::string name,
                                    std::function<boost::asio::awaitable<void>()> look);
  boost::asio::awaitable<void> work();
  std::vector<Wanted> next_batch();
  boost::asio::awaitable<Result<void>> make(const std::vector<Wanted>& batch);
  boost::asio::awaitable<Result<void>> keep(const std::vector<Wanted>& batch,
                                            std::vector<realtime::Meaning> made);
  void put_back(std::vector<Wanted> batch);
  bool is_refused(const Key& key) const;
  void drop_refused(const std::string& tenant_id, std::vector<UnknownText>& unknown) const;
  void take_back(std::vector<Wanted> batch, ErrorType why);
  void give_up(Wanted one);
  void note_question(const Result<std::vector<realtime::Meaning>>& made, SteadyTime now);
  void count(std::string_view purpose, std::string_view outcome) const;
  void tell(std::string_view event, const Error& why) const;

  const MeaningGround ground_;
  const std::shared_ptr<realtime::EmbeddingModel> model_;
  const MeaningOptions options_;
  mutable std::mutex mutex_;
  Rest questions_;         // under the mutex
  std::set<Key> refused_;  // likewise: the model will not take them
  // Of the thread:
  std::deque<Wanted> waiting_;
  std::set<Key> known_;  // waiting, or being made
  std::set<std::string> soon_;
  std::size_t alone_ = 0;  // so many of those that wait are asked about one by one
  std::size_t made_ = 0;   // texts, so far
  bool is_working_ = false;
  async::TaskThread tasks_;  // ends first
};

}  // namespace callosum::tool::sql
