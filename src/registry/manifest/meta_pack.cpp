#include "registry/manifest/meta_pack.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace callosum::registry {
namespace {

/// Where `{MODES}` stands, the names of the modes. Read as every manifest is, so that these are
/// tools like any other.
constexpr std::string_view kManifest = R"yaml(pack: session
version: 1.0.0
access_mode: read_only
tools:
  - name: set_mode
    version: 1.0.0
    summary: Switch to another domain. Its tools are there afterwards, those of the one before are not.
    description: |
      Enters a mode. The tools of the mode are part of the conversation from the answer on; the tools of the
      mode before no longer are. Who may enter which mode is not for the model to say.
    category: meta
    access: read
    channels: [voice, text]
    input:
      type: object
      properties: {mode: {type: string, enum: [{MODES}]}}
      required: [mode]
      additionalProperties: false
    reply: Now in {mode}.
    poll: true
    run: {builtin: set_mode}
  - name: select_account
    version: 1.0.0
    summary: Choose which of the user's connected accounts the tools act in, by its e-mail address or a part of it.
    category: meta
    access: read
    channels: [voice, text]
    input:
      type: object
      properties: {account: {type: string, minLength: 1, maxLength: 254}}
      required: [account]
      additionalProperties: false
    reply: Using {account}.
    poll: true
    run: {builtin: select_account}
  - name: search_tools
    version: 1.0.0
    summary: Find tools by what they do. What is found in the current mode can be called at once.
    category: meta
    access: read
    channels: [voice, text]
    poll: true
    input:
      type: object
      properties:
        query: {type: string, minLength: 1, maxLength: 200}
        limit: {type: integer, minimum: 1, maximum: 10}
      required: [query]
      additionalProperties: false
    run: {builtin: search_tools}
  - name: describe_tool
    version: 1.0.0
    summary: What a tool does and takes, in full.
    category: meta
    access: read
    channels: [voice, text]
    input:
      type: object
      properties: {tool: {type: string, minLength: 1, maxLength: 64}}
      required: [tool]
      additionalProperties: false
    poll: true
    run: {builtin: describe_tool}
  - name: run_tool
    version: 1.0.0
    summary: Run a tool that search_tools has found, with the arguments that describe_tool names.
    category: meta
    access: read
    channels: [voice, text]
    input:
      type: object
      properties:
        tool: {type: string, minLength: 1, maxLength: 64}
        args: {type: object}
      required: [tool]
      additionalProperties: false
    run: {builtin: run_tool}
  - name: end_session
    version: 1.0.0
    summary: End the conversation, once the caller has said goodbye.
    category: meta
    access: read
    channels: [voice, text]
    terminal: true
    input: {type: object, properties: {}, additionalProperties: false}
    reply: Goodbye.
    run: {builtin: end_session}
)yaml";

}  // namespace

std::unique_ptr<PackDraft> make_meta_pack(const std::vector<std::unique_ptr<PackDraft>>& packs) {
  std::vector<std::string> modes;  // in quotes: a mode may be called "no"
  for (const auto& pack : packs) {
    for (const auto& mode : pack->pack.modes) {
      auto quoted = '"' + mode.name + '"';
      const bool is_new = std::find(modes.begin(), modes.end(), quoted) == modes.end();
      if (is_new) modes.push_back(std::move(quoted));
    }
  }
  if (modes.empty()) return nullptr;
  std::string text(kManifest);
  constexpr std::string_view kPlace = "{MODES}";
  text.replace(text.find(kPlace), kPlace.size(), join(modes, ", "));
  return read_pack({"(the gateway's own)", {}, std::move(text)});
}

}  // namespace callosum::registry
