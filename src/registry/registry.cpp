#include "registry/registry.hpp"

#include "registry/render.hpp"

namespace callosum::registry {

Registry::Registry(std::shared_ptr<const Snapshot> first, RegistryOptions options)
    : options_(std::move(options)), current_(std::move(first)) {}

std::shared_ptr<const Snapshot> Registry::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<std::shared_ptr<const Snapshot>> Registry::reload() {
  if (options_.is_locked) {
    return fail(ErrorType::forbidden,
                "the registry is locked; restart with another lock to change the tools");
  }
  const std::lock_guard one_at_a_time(reloading_);
  auto loaded = load_packs(options_.folders, options_.providers);
  if (loaded.snapshot != nullptr && options_.accept) {
    loaded.problems = options_.accept(*loaded.snapshot);
  }
  if (!loaded.problems.empty()) {
    return fail(ErrorType::validation,
                "not reloaded, the tools before serve on:\n" + render_problems(loaded.problems));
  }
  const std::lock_guard lock(mutex_);
  // Nothing changed: sessions that start now share what is there.
  if (loaded.snapshot->version() != current_->version()) current_ = loaded.snapshot;
  return current_;
}

}  // namespace callosum::registry
