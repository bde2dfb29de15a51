#include <algorithm>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "registry/export/export.hpp"
#include "registry/manifest/drafts.hpp"
#include "registry/manifest/meta_pack.hpp"
#include "registry/manifest/pack_files.hpp"
#include "registry/manifest/schema_reader.hpp"
#include "registry/snapshot.hpp"

namespace callosum::registry {
namespace {

namespace fs = std::filesystem;
using Packs = std::vector<std::unique_ptr<PackDraft>>;

constexpr std::string_view kManifestName = "pack.yaml";

/// The manifests under one folder, by name. A folder without one is a problem: a typing mistake
/// must not start a gateway without tools.
std::vector<fs::path> find_manifests(const fs::path& folder, LoadOutcome& out) {
  std::error_code ec;
  if (fs::exists(folder / kManifestName, ec)) return {folder / kManifestName};
  std::vector<fs::path> found;
  for (auto entry = fs::directory_iterator(folder, ec); !ec && entry != fs::directory_iterator();
       entry.increment(ec)) {
    const auto manifest = entry->path() / kManifestName;
    std::error_code why_not;
    // One that is there and cannot be read is not one that was taken away: reading it says why.
    const auto status = fs::symlink_status(manifest, why_not);
    if (fs::exists(status) || status.type() == fs::file_type::none) found.push_back(manifest);
  }
  std::sort(found.begin(), found.end());
  if (ec || found.empty()) {
    const std::string why = ec ? ec.message() : "nothing found";
    out.problems.push_back(
        {{folder.string(), 0}, "packs", "expected pack.yaml here or in a folder below: " + why});
  }
  return found;
}

std::unique_ptr<PackDraft> read_manifest(const fs::path& path) {
  auto text = read_file(path, kMaxManifestBytes);
  if (text) return read_pack({path.string(), path.parent_path(), std::move(*text)});
  auto draft = std::make_unique<PackDraft>(path.string());
  draft->report.problem(1, "", text.error().message);
  return draft;
}

/// Where in the manifest the refusal is about, as near as it can be said.
void tell_refusal(const Refusal& refusal, const ToolDraft& tool, PackDraft& pack) {
  const auto* member = tool.node->find(refusal.key);
  ManifestPlace place{tool.line_of(refusal.key), tool.path + "." + refusal.key};
  if (member != nullptr) place = find_place(member->value, std::move(place), refusal.place);
  pack.report.problem(place.line, place.field, refusal.reason);
}

/// Each tool that a realtime model may see must be carried by each provider that may be asked to.
void check_exports(const Packs& packs, const std::vector<std::string>& providers) {
  for (const auto& provider : providers) {
    const auto* target = find_export(provider);
    if (target == nullptr) continue;  // speaks no schemas of its own, such as the offline voice
    for (const auto& pack : packs) {
      for (const auto& tool : pack->tools) {
        if (const auto refusal = target->find_refusal(tool.spec))
          tell_refusal(*refusal, tool, *pack);
      }
    }
  }
}

/// MAJOR.MINOR of the highest pack and eight digits of the hash over everything that was loaded.
std::string make_version(const Packs& packs) {
  SemVer highest;
  json::object digests;
  for (const auto& pack : packs) {
    highest = std::max(highest, pack->version);
    digests[pack->pack.name] = pack->pack.digest;
  }
  return std::to_string(highest.major) + "." + std::to_string(highest.minor) + "." +
         sha256_hex(canonical_json(digests)).substr(0, 8);
}

/// What must hold of all packs together.
struct Wanted {
  const std::vector<std::string>& providers;
  const Styles& styles;
};

LoadOutcome finish(Packs packs, const Wanted& wanted, LoadOutcome out) {
  // First, so that a pack whose names collide with it is told so in its own place.
  if (auto meta = make_meta_pack(packs)) packs.insert(packs.begin(), std::move(meta));
  choose_styles(packs, wanted.styles);
  check_together(packs);
  // What is wrong anyway would be refused a second time in other words.
  const bool is_sound = std::all_of(
      packs.begin(), packs.end(), [](const auto& pack) { return pack->report.problems().empty(); });
  if (is_sound) check_exports(packs, wanted.providers);
  for (const auto& pack : packs) {
    auto& problems = pack->report.problems();
    const auto by_line = [](const LoadProblem& a, const LoadProblem& b) {
      return a.place.line < b.place.line;
    };
    std::stable_sort(problems.begin(), problems.end(), by_line);
    std::move(problems.begin(), problems.end(), std::back_inserter(out.problems));
    auto& warnings = pack->report.warnings();
    std::stable_sort(warnings.begin(), warnings.end(), by_line);
    std::move(warnings.begin(), warnings.end(), std::back_inserter(out.warnings));
  }
  if (!out.problems.empty()) return out;

  std::vector<Pack> loaded;
  std::vector<ToolSpec> tools;
  const auto version = make_version(packs);
  for (auto& pack : packs) {
    for (auto& tool : pack->tools) tools.push_back(std::move(tool.spec));
    loaded.push_back(std::move(pack->pack));
  }
  out.snapshot = std::make_shared<const Snapshot>(std::move(loaded), std::move(tools), version);
  return out;
}

}  // namespace

LoadOutcome load_packs(const std::vector<fs::path>& folders,
                       const std::vector<std::string>& providers, const Styles& styles) {
  LoadOutcome out;
  Packs packs;
  for (const auto& folder : folders) {
    for (const auto& manifest : find_manifests(folder, out)) {
      packs.push_back(read_manifest(manifest));
    }
  }
  return finish(std::move(packs), {providers, styles}, std::move(out));
}

LoadOutcome load_pack_text(std::string_view yaml, std::string_view file,
                           const std::vector<std::string>& providers, const Styles& styles) {
  Packs packs;
  packs.push_back(read_pack({std::string(file), {}, std::string(yaml)}));
  return finish(std::move(packs), {providers, styles}, {});
}

}  // namespace callosum::registry
