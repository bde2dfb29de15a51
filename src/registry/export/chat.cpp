#include "registry/export/chat.hpp"

#include "registry/export/plain_keywords.hpp"

namespace callosum::registry {
namespace {

json::object declare_nested(const ToolSpec& tool, std::string_view text, json::object parameters) {
  json::object function{
      {"name", tool.name}, {"description", text}, {"parameters", std::move(parameters)}};
  return {{"type", "function"}, {"function", std::move(function)}};
}

// protocols: OpenAI Realtime §5, whose limits are those of chat. `strict` is left out: servers of
// the same API (Ollama, llama.cpp, vLLM) do not know it, and it forbids half of JSON Schema.
constexpr ExportProfile kProfile{
    .name = "chat",
    .measured = "2026-11",
    .channel = Channel::text,
    .takes_long_text = true,
    .max_tools = 128,
    .tool_names = {.longest = 64, .signs = "_-"},
    .argument_names = {},
    .max_description_characters = 1024,
    .refused_at_root = kRefusedAtRoot,
    .keywords = kPlainKeywords,
    .write_parameters = write_by_table,
    .declare = declare_nested,
};

}  // namespace

const ToolExport& chat_export() {
  static const ProfiledExport kExport(kProfile);
  return kExport;
}

}  // namespace callosum::registry
