// A pack may offer the same in more than one way: one tool with an `action`, or one for each.
#include <algorithm>

#include "base/encoding.hpp"
#include "registry/manifest/drafts.hpp"

namespace callosum::registry {
namespace {

using Packs = std::vector<std::unique_ptr<PackDraft>>;

void choose(PackDraft& draft, const Styles& chosen) {
  const auto wish = chosen.find(draft.pack.name);
  const auto* key = draft.root.find("styles");
  const int line = key == nullptr ? draft.root.line : key->line;
  const auto& styles = draft.styles;
  const std::vector<std::string_view> known(styles.begin(), styles.end());
  if (wish != chosen.end() && std::find(known.begin(), known.end(), wish->second) == known.end()) {
    draft.report.problem(line, "styles",
                         "the style " + shown(wish->second) + " was chosen" +
                             (known.empty() ? std::string(", and this pack has none")
                                            : "; there are " + one_of(known)));
    return;
  }
  if (styles.empty()) return;
  const auto& style = wish == chosen.end() ? styles.front() : wish->second;
  std::erase_if(draft.tools,
                [&](const ToolDraft& tool) { return !tool.style.empty() && tool.style != style; });
  draft.pack.digest = sha256_hex(draft.pack.digest + " " + style);
}

}  // namespace

void choose_styles(const Packs& packs, const Styles& chosen) {
  for (const auto& pack : packs) choose(*pack, chosen);
  if (packs.empty()) return;
  for (const auto& [name, style] : chosen) {
    const bool is_there = std::any_of(packs.begin(), packs.end(), [&name = name](const auto& pack) {
      return pack->pack.name == name;
    });
    if (is_there) continue;
    packs.front()->report.problem(
        1, "pack", "a style was chosen for the pack " + shown(name) + ", which is not loaded");
  }
}

}  // namespace callosum::registry
