#include "registry/export/openai.hpp"

#include "registry/export/plain_keywords.hpp"

namespace callosum::registry {
namespace {

// protocols: OpenAI Realtime §5. 128 tools is the limit of the other OpenAI surfaces, 1,024
// characters their description's.
constexpr ExportProfile kProfile{
    .name = "openai",
    .measured = "2026-11",
    .max_tools = 128,
    .tool_names = {.longest = 64, .signs = "_-"},
    .argument_names = {},
    .max_description_characters = 1024,
    .refused_at_root = kRefusedAtRoot,
    .keywords = kPlainKeywords,
    .write_parameters = write_by_table,
    .declare = declare_flat,
};

}  // namespace

const ToolExport& openai_export() {
  static const ProfiledExport kExport(kProfile);
  return kExport;
}

}  // namespace callosum::registry
