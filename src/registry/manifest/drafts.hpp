#pragma once

#include <memory>
#include <string>
#include <vector>

#include "registry/manifest/report.hpp"
#include "registry/manifest/semver.hpp"
#include "registry/manifest/yaml_tree.hpp"
#include "registry/snapshot.hpp"

namespace callosum::registry {

class FieldReader;

/// A tool as read, with the place of each of its keys, until the whole registry has been checked.
struct ToolDraft {
  ToolSpec spec;
  const YamlNode* node = nullptr;  ///< owned by the pack's draft
  std::string path;                ///< "tools.get_faqs"
  std::string style;               ///< of those the pack has; empty: in every one

  int line_of(std::string_view key) const {
    const auto* member = node->find(key);
    return member == nullptr ? node->line : member->line;
  }
};

/// A pack as read. Stays where it was made: its tools point into `root`.
struct PackDraft {
  explicit PackDraft(std::string file) : report(std::move(file)) {}
  PackDraft(const PackDraft&) = delete;
  PackDraft& operator=(const PackDraft&) = delete;

  Report report;
  YamlNode root;
  Pack pack;
  SemVer version;
  std::vector<std::string> styles;  ///< the first unless another is chosen; empty: no choice
  std::vector<ToolDraft> tools;
};

/// Where a manifest's file names lead. `folder` empty: nowhere, files are not read.
struct ManifestText {
  std::string file;  ///< as messages name it
  std::filesystem::path folder;
  std::string text;
};

std::unique_ptr<PackDraft> read_pack(const ManifestText& manifest);

/// Leaves the tools of the chosen style, and those of none.
void choose_styles(const std::vector<std::unique_ptr<PackDraft>>& packs, const Styles& chosen);

/// `path` stands in for the name where the tool has none: "tools[2]".
ToolDraft read_tool(const YamlNode& node, std::string path, const Pack& pack, Report& report);

/// `needs`: the validator of the tool's arguments, made stricter by the value of one of them. What
/// a model is shown stays as it is.
void read_needs(FieldReader& fields, ToolSpec& tool);

/// What can only be said of a tool as a whole: keys that contradict each other, and what deserves a
/// warning.
void check_tool(const ToolDraft& tool, Report& report);
/// `{argument}` and `{argument:value}` in what callers say, `{field}` in what the offline brain
/// answers.
void check_templates(const ToolDraft& tool, const Pack& pack, Report& report);
/// What concerns all packs: names that collide, tools that name others.
void check_together(const std::vector<std::unique_ptr<PackDraft>>& packs);

}  // namespace callosum::registry
