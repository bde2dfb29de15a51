#include "registry/export/profile.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "registry/manifest/names.hpp"
#include "registry/manifest/schema_reader.hpp"

namespace callosum::registry {
namespace {

constexpr std::string_view kByExecutor = "the executor validates the schema as written";
constexpr std::string_view kSameMeaning = "same meaning";
constexpr std::string_view kNote = "a note; it never refused a value";

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

Error cannot_carry(const ToolSpec& tool, const ExportProfile& profile, const std::string& why) {
  return fail(ErrorType::validation, tool.name + ": " + std::string(profile.name) +
                                         " cannot carry it (its limits of " +
                                         std::string(profile.measured) + "): " + why);
}

std::string escape_step(std::string_view step) {
  std::string out;
  for (const char c : step) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

/// Copies a schema keyword by keyword, as the profile's table says.
class Translator {
 public:
  Translator(const ToolSpec& tool, const ExportProfile& profile, std::vector<Loss>& losses)
      : tool_(tool), profile_(profile), losses_(losses) {}

  json::value translate(const json::value& schema, const std::string& place) {
    const auto* object = schema.if_object();
    if (object == nullptr) return translate_boolean(schema, place);
    json::object out;
    for (const auto& member : *object) translate_member(member.key(), member.value(), place, out);
    return out;
  }

 private:
  /// `true` and `false` as schemas are known to few: `{}` allows everything, and the executor
  /// refuses the rest.
  json::value translate_boolean(const json::value& schema, const std::string& place) {
    const bool is_true = schema.is_bool() && schema.get_bool();
    lose(place, is_true ? "true" : "false", Loss::Kind::rewritten,
         is_true ? kSameMeaning : kByExecutor);
    return json::object{};
  }

  const KeywordRule* find_rule(std::string_view keyword) const {
    const auto rule =
        std::find_if(profile_.keywords.begin(), profile_.keywords.end(),
                     [&](const KeywordRule& candidate) { return candidate.keyword == keyword; });
    return rule == profile_.keywords.end() ? nullptr : &*rule;
  }

  void translate_member(std::string_view keyword, const json::value& value,
                        const std::string& place, json::object& out);
  json::value translate_each(const json::value& value, const std::string& place);

  void lose(const std::string& place, std::string_view keyword, Loss::Kind kind,
            std::string_view enforced) {
    losses_.push_back({tool_.name, place, std::string(keyword), kind, std::string(enforced)});
  }

  const ToolSpec& tool_;
  const ExportProfile& profile_;
  std::vector<Loss>& losses_;
};

void Translator::translate_member(std::string_view keyword, const json::value& value,
                                  const std::string& place, json::object& out) {
  const auto* rule = find_rule(keyword);
  if (rule == nullptr) return lose(place, keyword, Loss::Kind::dropped, kByExecutor);
  const std::string inside = place + "/" + escape_step(keyword);
  switch (rule->action) {
    case KeywordAction::keep:
      out[keyword] = value;
      return;
    case KeywordAction::keep_schema:
      // `additionalProperties: false` and the like are understood everywhere.
      out[keyword] = value.is_bool() ? value : translate(value, inside);
      return;
    case KeywordAction::keep_schemas:
    case KeywordAction::keep_map:
      out[keyword] = translate_each(value, inside);
      return;
    case KeywordAction::to_enum:
      lose(place, keyword, Loss::Kind::rewritten, kSameMeaning);
      out["enum"] = json::array{value};
      return;
    case KeywordAction::drop_note:
      return lose(place, keyword, Loss::Kind::dropped, kNote);
  }
}

json::value Translator::translate_each(const json::value& value, const std::string& place) {
  if (const auto* list = value.if_array()) {
    json::array out;
    for (std::size_t i = 0; i < list->size(); ++i) {
      out.push_back(translate((*list)[i], place + "/" + std::to_string(i)));
    }
    return out;
  }
  const auto* map = value.if_object();
  if (map == nullptr) return value;
  json::object out;
  for (const auto& member : *map) {
    out[member.key()] = translate(member.value(), place + "/" + escape_step(member.key()));
  }
  return out;
}

/// Only consent's token may be added: everything else is in the manifest.
void add_confirmation(json::object& parameters) {
  auto& properties = parameters["properties"];
  if (!properties.is_object()) properties = json::object{};
  properties.get_object()[kConfirmationArgument] = {
      {"type", "string"},
      {"description", "Only when repeating a call that asked for confirmation: its token."}};
}

}  // namespace

Result<void> check_carried(const ToolSpec& tool, const ExportProfile& profile) {
  if (!is_tool_name(tool.name) || tool.name.size() > profile.max_name_characters) {
    return cannot_carry(tool, profile,
                        "its name is not 1 to " + std::to_string(profile.max_name_characters) +
                            " letters, digits, `_` and `-`");
  }
  if (count_characters(tool.summary) > profile.max_description_characters) {
    return cannot_carry(tool, profile,
                        "its summary is longer than " +
                            std::to_string(profile.max_description_characters) + " characters");
  }
  return {};
}

Result<json::object> export_parameters(const ToolSpec& tool, const ExportProfile& profile,
                                       std::vector<Loss>& losses) {
  if (text_at(tool.input_schema, "type") != "object") {
    return cannot_carry(tool, profile, "the root of input is not of type object");
  }
  for (const auto keyword : profile.refused_at_root) {
    if (!tool.input_schema.contains(keyword)) continue;
    return cannot_carry(tool, profile, "`" + std::string(keyword) + "` at the root of input");
  }
  auto translated = Translator(tool, profile, losses).translate(tool.input_schema, "");
  json::object parameters = std::move(translated.get_object());
  // A stronger one is the caller's own doing: the model has nothing to send.
  if (tool.confirmation == Confirmation::spoken) add_confirmation(parameters);
  return parameters;
}

}  // namespace callosum::registry
