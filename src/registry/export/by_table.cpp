// A schema copied keyword by keyword, for consumers whose parameters are JSON Schema.
#include <algorithm>
#include <boost/json/array.hpp>

#include "registry/export/pointer.hpp"
#include "registry/export/profile.hpp"
#include "registry/schema/keyword.hpp"

namespace callosum::registry {
namespace {

class Translator {
 public:
  Translator(const ToolSpec& tool, const ExportProfile& profile, std::vector<Loss>& losses)
      : tool_(tool), profile_(profile), losses_(losses) {}

  json::value translate(const json::value& schema, const std::string& place) {
    const auto* object = schema.if_object();
    if (object == nullptr) return translate_boolean(schema, place);
    json::object out;
    for (const auto& member : *object) translate_member(member.key(), member.value(), place, out);
    // Without their patterns, `additionalProperties: false` would forbid what they allow.
    const bool lost_patterns =
        object->contains("patternProperties") && find_rule("patternProperties") == nullptr;
    if (lost_patterns && out.erase("additionalProperties") > 0) {
      lose(place, "additionalProperties", Loss::Kind::dropped, kByExecutor);
    }
    return out;
  }

  /// A reference whose target was dropped would lead nowhere.
  json::object without_loose_references(json::value root);

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
    losses_.push_back({tool_.name, place, std::string(keyword), kind, enforced});
  }

  const ToolSpec& tool_;
  const ExportProfile& profile_;
  std::vector<Loss>& losses_;
  std::vector<std::pair<std::string, std::string>> references_;  // where they stand, and lead
};

void Translator::translate_member(std::string_view keyword, const json::value& value,
                                  const std::string& place, json::object& out) {
  const auto* rule = find_rule(keyword);
  if (rule == nullptr) {
    return lose(place, keyword, Loss::Kind::dropped, enforcement_of(keyword));
  }
  const std::string inside = place + "/" + schema::escape_pointer(keyword);
  switch (rule->action) {
    case KeywordAction::keep:
      if (keyword == "$ref" && value.is_string())
        references_.emplace_back(place, value.get_string());
      out[keyword] = value;
      return;
    case KeywordAction::keep_schema:
      // `additionalProperties: false` and the like are understood everywhere.
      out[keyword] = value.is_bool()    ? value
                     : value.is_array() ? translate_each(value, inside)  // `items` of draft 7
                                        : translate(value, inside);
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
    out[member.key()] =
        translate(member.value(), place + "/" + schema::escape_pointer(member.key()));
  }
  return out;
}

json::object Translator::without_loose_references(json::value root) {
  for (const auto& [place, reference] : references_) {
    if (find_referred(root, reference) != nullptr) continue;
    lose(place, "$ref", Loss::Kind::dropped, kByExecutor);
    boost::system::error_code never;
    root.find_pointer(place, never)->get_object().erase("$ref");
  }
  return std::move(root.get_object());
}

}  // namespace

Parameters write_by_table(const ToolSpec& tool, const ExportProfile& profile,
                          std::vector<Loss>& losses) {
  if (profile.keywords.empty()) return tool.input_schema;
  Translator translator(tool, profile, losses);
  return translator.without_loose_references(translator.translate(tool.input_schema, ""));
}

}  // namespace callosum::registry
