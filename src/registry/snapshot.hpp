#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "registry/tool_spec.hpp"

namespace callosum::registry {

/// A domain of a pack, whose tools are there while the conversation is in it.
struct Mode {
  std::string name;
  std::string summary;             ///< one line, for the model
  std::string account;             ///< service of an account that must be selected; empty: none
  std::vector<std::string> roles;  ///< who may enter; empty: every member
  Assurance min_assurance = Assurance::none;
  std::vector<std::string> from;  ///< modes that it is entered from; empty: any, and none
};

/// A pack as loaded: its tools, and what the composition root needs of the folder beside them.
struct Pack {
  std::string name;
  std::string version;
  std::filesystem::path folder;
  std::string prompt;       ///< template; {placeholders} are filled per tenant
  std::string access_mode;  ///< default of its sessions
  std::map<std::string, std::string> tenant_columns;  ///< table -> column that holds the tenant
  std::map<std::string, std::vector<std::string>>
      slots;                            ///< slot name -> words callers use (offline ears)
  std::filesystem::path schema_file;    ///< SQL that makes the pack's tables; empty: none
  std::filesystem::path demo_file;      ///< SQL of the demo data; empty: none
  std::vector<Mode> modes;              ///< empty: its tools are there from the start
  std::vector<std::string> meta_tools;  ///< loaded with any mode, beside those that change it
  std::vector<std::string>
      on_connect;      ///< its tools that look the caller up, before the first word
  std::string digest;  ///< SHA-256 in hex of the manifest and of every file it names
};

/// The pack that the gateway brings itself, beside packs that gate by mode: the meta tools.
constexpr std::string_view kMetaPack = "session";
/// What a conversation that is gated by mode begins with.
constexpr std::string_view kSetMode = "set_mode";
constexpr std::string_view kSelectAccount = "select_account";
/// What finds and describes tools, and runs one where the list cannot grow.
constexpr std::string_view kSearchTools = "search_tools";
constexpr std::string_view kDescribeTool = "describe_tool";
constexpr std::string_view kRunTool = "run_tool";
constexpr std::string_view kEndSession = "end_session";

/// All packs compiled, under one version. Immutable; a session keeps the one it started with.
class Snapshot {
 public:
  Snapshot(std::vector<Pack> packs, std::vector<ToolSpec> tools, std::string version);

  const ToolSpec* find(std::string_view name) const;  ///< exact name
  const std::vector<ToolSpec>& tools() const { return tools_; }
  const std::vector<Pack>& packs() const { return packs_; }
  const Pack* find_pack(std::string_view name) const;
  /// Of the first pack that has a mode of this name; null: none has.
  const Mode* find_mode(std::string_view name) const;
  /// Whether some pack's tools come and go with a mode.
  bool gates_by_mode() const;
  /// Whether any argument may only name what was seen before.
  bool minds_provenance() const { return minds_provenance_; }
  /// Whether some tool may only be called after this one.
  bool is_required(std::string_view name) const { return required_.contains(name); }
  /// MAJOR.MINOR.<hash8>: the hash is over every pack's canonical content.
  const std::string& version() const { return version_; }

 private:
  std::vector<Pack> packs_;
  std::vector<ToolSpec> tools_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::string version_;
  std::set<std::string, std::less<>> required_;
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

/// Which style of its tools a pack offers, where it has several: pack -> style.
using Styles = std::map<std::string, std::string, std::less<>>;

/// Loads `DIR/*/pack.yaml`, or one pack where DIR itself has a pack.yaml. All problems are
/// collected.
LoadOutcome load_packs(const std::vector<std::filesystem::path>& folders,
                       const std::vector<std::string>& providers = {"openai"},
                       const Styles& styles = {});

/// One pack from its text alone: files it names are neither looked for nor read. `file` is for the
/// messages.
LoadOutcome load_pack_text(std::string_view yaml, std::string_view file,
                           const std::vector<std::string>& providers = {"openai"},
                           const Styles& styles = {});

}  // namespace callosum::registry
