// Any JSON as the parameters of a client's own tool: no crash, no hang; what is exported is the
// same each time and no larger than its bounds.
#include <boost/json/array.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.hpp"
#include "registry/export/export.hpp"
#include "registry/json_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace callosum;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto schema = parse_strict(text);
  if (!schema || !schema->is_object()) return 0;
  const json::object tool{{"type", "function"}, {"name", "look"}, {"parameters", *schema}};
  for (const auto name : registry::export_names()) {
    const auto& target = *registry::find_export(name);
    const auto exported = registry::export_client_tool(target, tool);
    if (!exported) continue;
    const auto written = registry::to_json_text(*exported);
    if (written.empty() || written.size() > (64u << 20)) std::abort();
    if (registry::to_json_text(*registry::export_client_tool(target, tool)) != written) {
      std::abort();
    }
  }
  const auto& target = *registry::find_export("gemini");
  if (!target.shape_result(text).is_object()) std::abort();
  return 0;
}
