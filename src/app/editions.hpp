#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/registry_reload.hpp"
#include "app/edition.hpp"
#include "async/deadline.hpp"
#include "registry/registry.hpp"
#include "telemetry/log.hpp"

namespace callosum::app {

/// The edition that new sessions begin with, and the way to the next one. Thread-safe. Outlives
/// every edition: whoever lets go of one last does not wait for its end, a thread of this does.
class Editions {
 public:
  /// Makes an edition of a snapshot, or adds to `problems` why not; an error of its own where the
  /// packs are not to blame. Blocks.
  using Build = std::function<Result<std::unique_ptr<Edition>>(
      const std::shared_ptr<const registry::Snapshot>&, std::vector<registry::LoadProblem>&)>;
  struct Options {
    registry::RegistryOptions registry;  ///< `accept` is this class's own
    Build build;
    telemetry::Log& log;
    telemetry::Metrics& metrics;
  };

  /// Loads the packs for the first time: an error says all that is wrong, with file and line.
  static Result<std::unique_ptr<Editions>> make(Options options);
  ~Editions();
  Editions(const Editions&) = delete;
  Editions& operator=(const Editions&) = delete;

  /// Never null.
  std::shared_ptr<const Edition> current() const;
  /// The one of that version where a session still uses it, else the current one.
  std::shared_ptr<const Edition> find(std::string_view version) const;
  /// Of the current one, and of those that sessions still use, the latest first.
  std::vector<std::string> live_versions() const;

  /// Reads the packs again, one reload at a time. Whatever is wrong, the edition of before serves
  /// on. Counted and logged, also where nobody waits for the end any more (TIMEOUT).
  boost::asio::awaitable<Result<api::ReloadReport>> reload(async::Deadline deadline);

 private:
  struct Threads;

  explicit Editions(Options options);
  std::shared_ptr<const Edition> shared(std::unique_ptr<Edition> edition);
  Result<api::ReloadReport> reload_now();
  Result<api::ReloadReport> try_reload();
  void record(const Result<api::ReloadReport>& outcome);
  telemetry::Counter count_of(std::string_view outcome);

  Options options_;
  std::unique_ptr<Threads> threads_;
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<Edition> next_;  ///< of the reload that runs; on its thread only
  mutable std::mutex mutex_;
  std::shared_ptr<const Edition> current_;
  std::vector<std::weak_ptr<const Edition>> earlier_;  ///< the latest last
};

}  // namespace callosum::app
