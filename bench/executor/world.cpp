#include "executor/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "base/ids.hpp"
#include "executor/bookings.hpp"
#include "storage/sqlite/connection.hpp"
#include "wire/socket.hpp"

namespace callosum::bench {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kTurns = 20;  // of a conversation

[[noreturn]] void die_of(const char* what, const Error& error) {
  errno = 0;
  die(std::string(what) + ": " + error.message + " " + error.detail);
}

/// The packs, with the backend's address in them.
void copy_packs(const fs::path& from, const fs::path& to, const std::string& backend) {
  constexpr std::string_view kPlace = "@BACKEND@";
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const auto target = to / fs::relative(entry.path(), from);
    if (entry.is_directory()) {
      fs::create_directories(target);
      continue;
    }
    fs::create_directories(target.parent_path());
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    auto bytes = text.str();
    const auto at = bytes.find("\"" + std::string(kPlace));
    if (at != std::string::npos) bytes.replace(at + 1, kPlace.size(), backend);
    std::ofstream(target) << bytes;
  }
}

std::unique_ptr<app::Parts> make_parts(const fs::path& folder, const std::string& backend) {
  app::PartsOptions options;
  auto& config = options.config;
  config.data = (folder / "data").string();
  config.packs = {(folder / "packs").string()};
  config.egress.allow = {{backend, true}};
  config.log.file = (folder / "log").string();
  // One business is called for as fast as it goes: counted, and never too often.
  config.reads_per_minute = config.writes_per_minute = 1'000'000'000;
  options.with_provider = false;
  auto parts = app::make_parts(std::move(options));
  if (!parts) die_of("the parts", parts.error());
  return std::move(*parts);
}

}  // namespace

World::World(const fs::path& folder, const fs::path& packs)
    : guard_(boost::asio::make_work_guard(context_)) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  const auto backend = "http://127.0.0.1:" + std::to_string(backend_.port());
  copy_packs(packs, folder / "packs", backend);
  parts_ = make_parts(folder, backend);
  executor_ =
      std::make_unique<pipeline::Executor>(context_.get_executor(), parts_->executor_parts());
  auto without_gates = parts_->executor_parts();
  without_gates.gates.clear();
  ungated_ =
      std::make_unique<pipeline::Executor>(context_.get_executor(), std::move(without_gates));
  fill();
}

World::~World() {
  const auto deadline = async::Deadline::after(parts_->time, std::chrono::seconds(5));
  for (auto* executor : {executor_.get(), ungated_.get()}) {
    boost::asio::co_spawn(context_, executor->drain(deadline), boost::asio::detached);
  }
  guard_.reset();
  context_.run();
}

void World::fill() {
  const auto filled = parts_->database->change_at_start(
      [](storage::sqlite::Connection& connection) { return connection.execute(some_bookings()); });
  if (!filled) die_of("the bookings", filled.error());
}

std::string World::some_booking() {
  // All over the table, the same ones in every run.
  return "B" + std::to_string(1 + ++asked_ * 7919 % kBookings);
}

void Caller::begin_conversation() {
  auto& parts = world_.parts();
  context_ = {};
  context_.tenant_id = kTenant;
  context_.tenant_slug = "bench";
  context_.session_id = make_id("sess_", parts.random);
  context_.subject = "bench";
  context_.email = "bench@example.com";
  context_.roles = {"desk"};
  context_.is_member = true;
  context_.caller_phone = "+15550100";
  context_.assurance = registry::Assurance::carrier;
  context_.provider = "openai";
  context_.snapshot = parts.editions->current()->snapshot();
  calls_ = std::make_shared<policy::SessionCalls>();
}

pipeline::CallRequest Caller::plan(const char* tool, json::object arguments) {
  if (last_call_ % kTurns == 0) begin_conversation();
  ++context_.turn;
  // Heard from the caller, else no tool may be asked about it.
  calls_->facts().seen.add_words(arguments.at("booking_id").as_string());
  pipeline::CallRequest request;
  request.call = {"call_CfQ" + std::to_string(100'000'000 + last_call_++), tool,
                  json::serialize(arguments)};
  request.context = std::make_shared<const registry::CallContext>(context_);
  request.calls = calls_;
  request.catalog = app::catalog_of(world_.parts().editions->current());
  return request;
}

Nanos Caller::call(pipeline::CallRequest request) {
  Nanos ended = 0;
  std::string problem;
  const auto on_answer = [&](const pipeline::Executor::Answer& answer) {
    ended = now();
    if (!answer->ok()) problem = answer->error->message + " " + answer->error->detail;
  };
  const auto started = now();
  executor_.submit(std::move(request), on_answer);
  while (ended == 0) world_.context().run_one();
  errno = 0;
  if (!problem.empty()) die("a call was not answered: " + problem);
  return ended - started;
}

}  // namespace callosum::bench
