#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "registry/tool_spec.hpp"

namespace callosum::registry {

/// A pack as loaded: its tools, and what the composition root needs of the folder beside them.
struct Pack {
  std::string name;
  std::string version;
  std::filesystem::path folder;
  std::string prompt;       ///< template; {placeholders} are filled per tenant
  std::string access_mode;  ///< default of its sessions
  std::map<std::string, std::string> tenant_columns;  ///< table -> column that holds the tenant
  std::map<std::string, std::vector<std::string>>
      slots;                          ///< slot name -> words callers use (offline ears)
  std::filesystem::path schema_file;  ///< SQL that makes the pack's tables; empty: none
  std::filesystem::path demo_file;    ///< SQL of the demo data; empty: none
  std::string digest;                 ///< SHA-256 in hex of the manifest and of every file it names
};

/// All packs compiled, under one version. Immutable; a session keeps the one it started with.
class Snapshot {
 public:
  Snapshot(std::vector<Pack> packs, std::vector<ToolSpec> tools, std::string version);

  const ToolSpec* find(std::string_view name) const;  ///< exact name
  const std::vector<ToolSpec>& tools() const { return tools_; }
  const std::vector<Pack>& packs() const { return packs_; }
  const Pack* find_pack(std::string_view name) const;
  /// Whether any argument may only name what was seen before.
  bool minds_provenance() const { return minds_provenance_; }
  /// MAJOR.MINOR.<hash8>: the hash is over every pack's canonical content.
  const std::string& version() const { return version_; }

 private:
  std::vector<Pack> packs_;
  std::vector<ToolSpec> tools_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::string version_;
  bool minds_provenance_ = false;
};

/// One problem of a manifest: "FILE:LINE: FIELD: what was expected".
struct LoadProblem {
  SourcePlace place;
  std::string field;
  std::string message;
  std::string to_string() const;
};

struct LoadOutcome {
  std::shared_ptr<const Snapshot> snapshot;  ///< null when there is a problem
  std::vector<LoadProblem> problems;
  std::vector<LoadProblem> warnings;
};

/// Loads `DIR/*/pack.yaml`, or one pack where DIR itself has a pack.yaml. All problems are
/// collected.
LoadOutcome load_packs(const std::vector<std::filesystem::path>& folders,
                       const std::vector<std::string>& providers = {"openai"});

/// One pack from its text alone: files it names are neither looked for nor read. `file` is for the
/// messages.
LoadOutcome load_pack_text(std::string_view yaml, std::string_view file,
                           const std::vector<std::string>& providers = {"openai"});

}  // namespace callosum::registry
