#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "app/parts.hpp"
#include "executor/backend.hpp"
#include "load/clock.hpp"

namespace callosum::bench {

namespace json = boost::json;

/// The gateway's own parts, as `serve` makes them: gates, ledger, audit with its chain, cache, tool
/// kinds, a database on disk. Only the sockets of callers are missing.
class World {
 public:
  /// Makes `folder` anew; `packs` are those of bench/packs.
  World(const std::filesystem::path& folder, const std::filesystem::path& packs);
  ~World();

  boost::asio::io_context& context() { return context_; }
  app::Parts& parts() { return *parts_; }
  /// As the gateway has it, and with no gate.
  pipeline::Executor& executor() { return *executor_; }
  pipeline::Executor& ungated() { return *ungated_; }
  const CountingBackend& backend() const { return backend_; }

  /// A booking that is there.
  std::string some_booking();

 private:
  void fill();

  CountingBackend backend_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::unique_ptr<app::Parts> parts_;
  std::unique_ptr<pipeline::Executor> executor_, ungated_;
  std::uint64_t asked_ = 0;
};

/// Somebody who calls, turn after turn, in one conversation after the other.
class Caller {
 public:
  Caller(World& world, pipeline::Executor& executor) : world_(world), executor_(executor) {}

  /// A turn begins, in which this will be asked: what a session does before it submits a call.
  pipeline::CallRequest plan(const char* tool, json::object arguments);
  /// From the submission to the answer; ends the program where that is not ok.
  Nanos call(pipeline::CallRequest request);

 private:
  void begin_conversation();

  World& world_;
  pipeline::Executor& executor_;
  registry::CallContext context_;
  std::shared_ptr<policy::SessionCalls> calls_;
  std::uint64_t last_call_ = 0;
};

}  // namespace callosum::bench
