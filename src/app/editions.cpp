#include "app/editions.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "async/blocking_pool.hpp"

namespace callosum::app {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxWaitingReloads = 8;

Error report(const std::vector<registry::LoadProblem>& problems) {
  std::string text = std::to_string(problems.size()) +
                     (problems.size() == 1 ? " problem" : " problems") + " in the packs:";
  for (const auto& problem : problems) text += "\n  " + problem.to_string();
  return fail(ErrorType::validation, text);
}

}  // namespace

struct Editions::Threads {
  asio::thread_pool reaper{1};
  std::unique_ptr<async::BlockingPool> loader =
      std::make_unique<async::BlockingPool>(1, kMaxWaitingReloads);
};

Editions::Editions(Options options)
    : options_(std::move(options)), threads_(std::make_unique<Threads>()) {}

Editions::~Editions() {
  threads_->loader.reset();  // first: it may be about to set current_
  current_.reset();
  threads_.reset();
}

Result<std::unique_ptr<Editions>> Editions::make(Options options) {
  auto loaded = registry::load_packs(options.registry.folders, options.registry.providers,
                                     options.registry.styles);
  if (!loaded.snapshot) return report(loaded.problems);
  for (const auto& warning : loaded.warnings) {
    options.log.warn("manifest_warning", {{"problem", warning.to_string()}});
  }
  std::unique_ptr<Editions> editions(new Editions(std::move(options)));
  auto first = editions->options_.build(loaded.snapshot, loaded.problems);
  if (!loaded.problems.empty()) return report(loaded.problems);
  if (!first) return first.error();
  editions->current_ = editions->shared(std::move(*first));

  auto registry = editions->options_.registry;
  registry.accept = [self = editions.get()](const auto& snapshot) {
    std::vector<registry::LoadProblem> problems;
    auto next = self->options_.build(snapshot, problems);
    if (next) {
      self->next_ = std::move(*next);
    } else if (problems.empty()) {
      problems.push_back({{"the provider", 0}, "", next.error().message});
    }
    return problems;
  };
  editions->registry_ = std::make_unique<registry::Registry>(loaded.snapshot, std::move(registry));
  for (const auto* outcome : {"changed", "unchanged", "refused", "locked", "failed"}) {
    editions->count_of(outcome);  // there at 0, for alerts that compare
  }
  return editions;
}

std::shared_ptr<const Edition> Editions::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::shared_ptr<const Edition> Editions::find(std::string_view version) const {
  const std::lock_guard lock(mutex_);
  if (current_->version() == version) return current_;
  for (const auto& weak : earlier_) {
    auto edition = weak.lock();
    if (edition && edition->version() == version) return edition;
  }
  return current_;
}

std::vector<std::string> Editions::live_versions() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> versions{current_->version()};
  for (auto weak = earlier_.rbegin(); weak != earlier_.rend(); ++weak) {
    const auto edition = weak->lock();
    // The packs may have gone back to what they were.
    const bool is_new = edition && std::find(versions.begin(), versions.end(),
                                             edition->version()) == versions.end();
    if (is_new) versions.push_back(edition->version());
  }
  return versions;
}

std::shared_ptr<const Edition> Editions::shared(std::unique_ptr<Edition> edition) {
  // It joins threads and closes files as it ends, which no session's thread may wait for.
  const auto reap = [threads = threads_.get()](const Edition* last) {
    asio::post(threads->reaper, [last = std::unique_ptr<const Edition>(last)] {});
  };
  return {edition.release(), reap};
}

asio::awaitable<Result<api::ReloadReport>> Editions::reload(async::Deadline deadline) {
  std::function<Result<api::ReloadReport>()> job = [this] { return reload_now(); };
  auto pending = threads_->loader->run<api::ReloadReport>(deadline, std::move(job));
  auto report = co_await std::move(pending);
  if (!report && report.error().type == ErrorType::timeout) {
    co_return fail(ErrorType::timeout,
                   "the packs are still loading; the log will say how it ended");
  }
  co_return report;
}

Result<api::ReloadReport> Editions::reload_now() {
  auto outcome = try_reload();
  record(outcome);
  return outcome;
}

Result<api::ReloadReport> Editions::try_reload() try {
  api::ReloadReport report;
  report.old_version = report.new_version = current()->version();
  next_.reset();
  auto loaded = registry_->reload();
  if (!loaded) return loaded.error();
  report.problems = std::move(loaded->problems);
  report.warnings = std::move(loaded->warnings);
  if (!loaded->snapshot) return report;
  report.new_version = loaded->snapshot->version();
  if (!next_) return report;  // as it was
  auto edition = shared(std::move(next_));
  const std::lock_guard lock(mutex_);
  std::erase_if(earlier_, [](const auto& weak) { return weak.expired(); });
  earlier_.push_back(current_);
  current_.swap(edition);
  return report;
} catch (const std::exception& bug) {
  // A reload is never worth the calls that are going on.
  return fail(ErrorType::internal, "the packs could not be loaded", bug.what());
}

telemetry::Counter Editions::count_of(std::string_view outcome) {
  return options_.metrics.counter("registry_reloads_total",
                                  "Reloads of the packs that were asked for, by what came of them.",
                                  {{"outcome", std::string(outcome)}});
}

void Editions::record(const Result<api::ReloadReport>& outcome) {
  auto& log = options_.log;
  if (!outcome) {
    const bool is_locked = outcome.error().type == ErrorType::conflict;
    count_of(is_locked ? "locked" : "failed").add();
    log.warn("registry_not_reloaded",
             {{"reason", outcome.error().message}, {"detail", outcome.error().detail}});
    return;
  }
  for (const auto& problem : outcome->problems) {
    log.error("manifest_problem", {{"problem", problem.to_string()}});
  }
  if (!outcome->problems.empty()) {
    count_of("refused").add();
    log.error("registry_not_reloaded", {{"reason", "the packs have problems"},
                                        {"problems", outcome->problems.size()},
                                        {"serving", outcome->old_version}});
    return;
  }
  const bool is_new = outcome->new_version != outcome->old_version;
  count_of(is_new ? "changed" : "unchanged").add();
  for (const auto& warning : outcome->warnings) {
    log.warn("manifest_warning", {{"problem", warning.to_string()}});
  }
  log.info(is_new ? "registry_reloaded" : "registry_unchanged",
           {{"from", outcome->old_version}, {"to", outcome->new_version}});
}

}  // namespace callosum::app
