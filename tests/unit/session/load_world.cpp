#include "load_world.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace callosum::testing {

namespace {

/// One for all: a book writes nothing there.
storage::Database& database() {
  static const TempFolder folder;
  static const auto opened = storage::Database::open({.path = folder.path() / "book.db"});
  if (!opened) throw std::runtime_error(opened.error().message);
  return **opened;
}

}  // namespace

LoadWorld::LoadWorld() {
  auto outcome = registry::load_pack_text(kGatedPack, "helper/pack.yaml", {"openai", "gemini"});
  for (const auto& problem : outcome.problems) ADD_FAILURE() << problem.to_string();
  snapshot = outcome.snapshot;
  book = std::make_unique<session::LoadBook>(database(), watcher);
  ground.session_id = "sess_1";
  ground.tenant_id = "tenant-a";
  ground.subject = "user-1";
  ground.snapshot = snapshot;
  ground.assurance = registry::Assurance::carrier;
  ground.accounts = {{"google", "john@example.com"}};
}

session::LoadBook::Set LoadWorld::begin(session::LoadWish wish, std::uint64_t epoch) {
  return book->begin(ground, std::move(wish), epoch);
}

std::string LoadWorld::loaded() const {
  const auto set = book->current("sess_1");
  if (!set) return "(none)";
  return join(std::vector<std::string>(set->tools->begin(), set->tools->end()), " ");
}

std::string LoadWorld::set_mode(const std::string& mode) {
  const auto answer = book->set_mode(context(), mode);
  return answer ? "ok" : std::string(to_string(answer.error().type));
}

registry::CallContext LoadWorld::context() const {
  registry::CallContext context;
  context.session_id = "sess_1";
  return context;
}

}  // namespace callosum::testing
