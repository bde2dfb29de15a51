// `anyOf` and `oneOf` on their way into the subset, where nothing may stand beside alternatives.
#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "registry/export/subset_writer.hpp"
#include "registry/schema/node.hpp"

namespace callosum::registry {
namespace {

// Alternatives made of these alone show a model nothing new: which of the properties go together.
constexpr std::array<std::string_view, 18> kUnseen{"required",
                                                   "not",
                                                   "description",
                                                   "title",
                                                   "$comment",
                                                   "if",
                                                   "then",
                                                   "else",
                                                   "dependentRequired",
                                                   "propertyNames",
                                                   "examples",
                                                   "dependentSchemas",
                                                   "default",
                                                   "minProperties",
                                                   "maxProperties",
                                                   "patternProperties",
                                                   "additionalProperties",
                                                   "unevaluatedProperties"};

bool shows_something(const json::value& member) {
  const auto* object = member.if_object();
  if (object == nullptr) return false;
  return std::any_of(object->begin(), object->end(), [](const auto& entry) {
    if (entry.key() == "type" && entry.value() == "object") return false;
    return std::find(kUnseen.begin(), kUnseen.end(), entry.key()) == kUnseen.end();
  });
}

bool is_null(const json::value& member) {
  const auto* object = member.if_object();
  if (object == nullptr) return false;
  const auto* only = object->if_contains("const");
  return text_at(*object, "type") == "null" || (only != nullptr && only->is_null());
}

Conjunction without(const Conjunction& all, const Allowed& allowed) {
  auto out = all;
  for (auto& part : out.parts) {
    if (part.schema != allowed.variants_of->schema) continue;
    (allowed.variants == "anyOf" ? part.any_done : part.one_done) = true;
  }
  return out;
}

}  // namespace

SubsetWriter::Written SubsetWriter::write_variants(const Conjunction& all, const Allowed& allowed) {
  const auto& part = *allowed.variants_of;
  const auto& members = part.schema->at(allowed.variants).get_array();
  auto rest = without(all, allowed);
  if (std::none_of(members.begin(), members.end(), shows_something)) {
    lose(part, allowed.variants, Loss::Kind::dropped, kByExecutor);
    return write(rest);
  }
  const auto alternatives = std::count_if(members.begin(), members.end(),
                                          [](const auto& member) { return !is_null(member); });
  for (auto& each : rest.parts) each.is_silent = each.is_silent || alternatives > 1;
  const bool is_loosened = allowed.variants == "oneOf" && alternatives > 1;
  if (is_loosened) {
    lose(part, "oneOf", Loss::Kind::rewritten, kByExecutor);
  } else if (allowed.variants == "oneOf" || members.size() != std::size_t(alternatives)) {
    lose(part, allowed.variants, Loss::Kind::rewritten, kSameMeaning);
  }
  if (part.schema->contains("type")) lose(part, "type", Loss::Kind::rewritten, kSameMeaning);
  std::vector<json::object> written;
  bool is_nullable = false;
  for (std::size_t i = 0; i < members.size() && !refusal(); ++i) {
    if (is_null(members[i])) {
      is_nullable = (allowed.types & schema::kNull) != 0;
      continue;
    }
    const auto place = part.place + "/" + std::string(allowed.variants) + "/" + std::to_string(i);
    if (auto one = write_variant({&members[i], place}, rest)) written.push_back(std::move(*one));
  }
  if (written.empty() && is_nullable) return json::object{{"type", "NULL"}};
  auto out = merge(std::move(written), all);
  if (out && is_nullable) (*out)["nullable"] = true;
  return out;
}

SubsetWriter::Written SubsetWriter::write_variant(const Met& member, const Conjunction& rest) {
  const auto depth = references_.depth();
  Conjunction all;
  references_.add(member, all);
  for (const auto& part : rest.parts) {
    const auto is_same = [&](const Part& each) { return each.schema == part.schema; };
    const auto at = std::find_if(all.parts.begin(), all.parts.end(), is_same);
    if (at == all.parts.end()) {
      all.parts.push_back(part);
    } else {
      *at = part;  // what was dealt with stays so
    }
  }
  auto written = write(all);
  references_.return_to(depth);
  return written;
}

SubsetWriter::Written SubsetWriter::merge(std::vector<json::object> variants,
                                          const Conjunction& all) {
  std::vector<std::string> seen;
  json::array out;
  for (auto& variant : variants) {
    auto text = canonical_json(variant);
    if (std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
    seen.push_back(std::move(text));
    out.push_back(std::move(variant));
  }
  if (out.empty()) return std::nullopt;
  if (out.size() == 1) {
    auto& only = out.front().get_object();
    if (!only.contains("description")) tell(only, description_of(all));
    return std::move(only);
  }
  json::object either{{"anyOf", std::move(out)}};
  tell(either, description_of(all));
  return either;
}

}  // namespace callosum::registry
