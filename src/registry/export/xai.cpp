#include "registry/export/xai.hpp"

#include "registry/export/plain_keywords.hpp"

namespace callosum::registry {
namespace {

// protocols: xAI voice §4. How many functions, and which names and schemas, is not published;
// OpenAI's limits are applied.
constexpr ExportProfile kProfile{
    .name = "xai",
    .measured = "2026-10",
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

const ToolExport& xai_export() {
  static const ProfiledExport kExport(kProfile);
  return kExport;
}

}  // namespace callosum::registry
