#include "registry/registry.hpp"

namespace callosum::registry {

Registry::Registry(std::shared_ptr<const Snapshot> first, RegistryOptions options)
    : options_(std::move(options)), current_(std::move(first)) {}

std::shared_ptr<const Snapshot> Registry::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<LoadOutcome> Registry::reload() {
  if (options_.is_locked) {
    return fail(ErrorType::conflict,
                "the registry is locked: what started is what runs; set registry.lock to false, or "
                "restart with another lock, to change the tools");
  }
  const std::lock_guard one_at_a_time(reloading_);
  auto loaded = load_packs(options_.folders, options_.providers, options_.styles);
  if (!loaded.snapshot) return loaded;
  if (const auto before = current(); loaded.snapshot->version() == before->version()) {
    loaded.snapshot = before;  // sessions that start now share what is there
    return loaded;
  }
  if (options_.accept) loaded.problems = options_.accept(loaded.snapshot);
  if (!loaded.problems.empty()) {
    loaded.snapshot = nullptr;
    return loaded;
  }
  const std::lock_guard lock(mutex_);
  current_ = loaded.snapshot;
  return loaded;
}

}  // namespace callosum::registry
