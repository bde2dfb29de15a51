#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "registry/snapshot.hpp"

namespace callosum::tool::process {

/// What a worker may use; 0: no limit of ours.
struct WorkerLimits {
  std::int64_t memory_mb = 2048;  ///< address space
  std::int64_t cpu_s = 0;         ///< in its whole life
  std::int64_t files = 256;       ///< open at once
  std::int64_t file_mb = 64;      ///< of one file that it writes
  std::int64_t processes = 0;     ///< of its user, as the system counts them
  auto operator<=>(const WorkerLimits&) const = default;
};

/// A program that answers calls line by line. Tools of one pack that say the same share it.
struct WorkerPlan {
  std::string pack;
  std::filesystem::path folder;  ///< where it runs
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;  ///< all of it that is no secret
  std::map<std::string, Secret> secrets;                         ///< variable -> value
  WorkerLimits limits;
  std::size_t concurrency = 1;
  std::size_t max_line_bytes = 1 << 20;

  std::string name() const { return command.front(); }
  /// Equal where the plans are; holds no secret.
  std::string key() const;
};

/// A tool's `run.process`, read and checked once at load.
struct Plan {
  WorkerPlan worker;
  bool is_write = false;
  bool honours_key = false;
};

/// What a plan is judged by. References live for the call.
struct PlanGround {
  const registry::Pack& pack;
  const std::map<std::string, Secret, std::less<>>& secrets;
  bool is_trial = false;  ///< secrets are not looked for
};

/// Reads `run.process`. VALIDATION names the field.
Result<Plan> read_plan(const registry::ToolSpec& tool, const PlanGround& ground);

}  // namespace callosum::tool::process
