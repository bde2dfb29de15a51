// Any bytes as a manifest: no crash, no hang, and what loads has a version.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "registry/render.hpp"
#include "registry/snapshot.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace callosum::registry;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const LoadOutcome outcome = load_pack_text(text, "fuzz.yaml");
  const bool has_snapshot = outcome.snapshot != nullptr;
  if (has_snapshot == !outcome.problems.empty()) std::abort();
  if (render_lint(outcome).empty()) std::abort();
  if (has_snapshot) {
    for (const auto& tool : outcome.snapshot->tools()) render_tool(tool);
  }
  return 0;
}
