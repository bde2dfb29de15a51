#include "registry/export/profile.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "registry/json_text.hpp"
#include "registry/manifest/schema_reader.hpp"

namespace callosum::registry {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::size_t tokens_of(std::string_view text) { return (text.size() + 3) / 4; }

/// Only consent's token may be added: everything else is in the manifest.
json::object with_confirmation(json::object schema) {
  auto& properties = schema["properties"];
  if (!properties.is_object()) properties = json::object{};
  properties.get_object()[kConfirmationArgument] = {
      {"type", "string"},
      {"description", "Only when repeating a call that asked for confirmation: its token."}};
  return schema;
}

}  // namespace

bool NameRule::allows(std::string_view name) const {
  if (name.empty() || name.size() > longest) return false;
  if (starts_as_word && !is_letter(name.front()) && name.front() != '_') return false;
  return std::all_of(name.begin(), name.end(), [this](char c) {
    return is_letter(c) || is_digit(c) || signs.find(c) != std::string_view::npos;
  });
}

std::string NameRule::to_string() const {
  std::string out = "1 to " + std::to_string(longest) + " letters, digits";
  for (std::size_t i = 0; i < signs.size(); ++i) {
    out += (i + 1 == signs.size() ? " and `" : ", `") + std::string(1, signs[i]) + "`";
  }
  return out + (starts_as_word ? ", a letter or `_` first" : "");
}

std::string ProfiledExport::text_of(const ToolSpec& tool) const {
  if (!profile_.takes_long_text || tool.description.empty()) return tool.summary;
  const auto both =
      tool.summary.empty() ? tool.description : tool.summary + "\n" + tool.description;
  const auto longest = profile_.max_description_characters;
  return longest > 0 && count_characters(both) > longest ? tool.summary : both;
}

std::optional<Refusal> ProfiledExport::check_outside(const ToolSpec& tool) const {
  if (!profile_.tool_names.allows(tool.name)) {
    return Refusal{"name", "", "its name is not " + profile_.tool_names.to_string()};
  }
  const auto longest = profile_.max_description_characters;
  if (longest > 0 && count_characters(text_of(tool)) > longest) {
    return Refusal{"summary", "",
                   "its summary is longer than " + std::to_string(longest) + " characters"};
  }
  if (text_at(tool.input_schema, "type") != "object") {
    return Refusal{"input", "/type", "the root of input is not of type object"};
  }
  for (const auto keyword : profile_.refused_at_root) {
    if (!tool.input_schema.contains(keyword)) continue;
    return Refusal{"input", "/" + std::string(keyword),
                   "`" + std::string(keyword) + "` at the root of input"};
  }
  return std::nullopt;
}

Parameters ProfiledExport::parameters_of(const ToolSpec& tool, std::vector<Loss>& losses) const {
  if (auto refusal = check_outside(tool)) return std::move(*refusal);
  // A stronger one is the caller's own doing: the model has nothing to send.
  if (!tool.takes_token()) {
    return profile_.write_parameters(tool, profile_, losses);
  }
  auto confirmable = tool;
  confirmable.input_schema = with_confirmation(tool.input_schema);
  return profile_.write_parameters(confirmable, profile_, losses);
}

std::optional<Refusal> ProfiledExport::find_refusal(const ToolSpec& tool) const {
  std::vector<Loss> losses;
  auto parameters = parameters_of(tool, losses);
  auto* refusal = std::get_if<Refusal>(&parameters);
  if (refusal == nullptr) return std::nullopt;
  refusal->reason = std::string(profile_.name) + " cannot carry it (its limits of " +
                    std::string(profile_.measured) + "): " + refusal->reason;
  return std::move(*refusal);
}

Result<ExportedTools> ProfiledExport::compile(std::span<const ToolSpec* const> tools) const {
  if (profile_.max_tools > 0 && tools.size() > profile_.max_tools) {
    return fail(ErrorType::validation, std::string(profile_.name) + " takes at most " +
                                           std::to_string(profile_.max_tools) + " tools, found " +
                                           std::to_string(tools.size()));
  }
  ExportedTools out;
  json::array declarations;
  for (const auto* tool : tools) {
    auto parameters = parameters_of(*tool, out.losses);
    if (std::holds_alternative<Refusal>(parameters)) {
      return fail(ErrorType::validation, tool->name + ": " + find_refusal(*tool)->reason);
    }
    auto declaration =
        profile_.declare(*tool, text_of(*tool), std::get<json::object>(std::move(parameters)));
    out.costs.push_back({tool->name, tokens_of(to_json_text(declaration))});
    declarations.push_back(std::move(declaration));
  }
  const bool is_gathered = profile_.gather != nullptr && !declarations.empty();
  out.tools = is_gathered ? profile_.gather(std::move(declarations)) : std::move(declarations);
  out.text = to_json_text(out.tools);
  out.tokens = tokens_of(out.text);
  return out;
}

}  // namespace callosum::registry
