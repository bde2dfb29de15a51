// What stands inside objects and lists on its way into the subset.
#include <algorithm>

#include "base/json.hpp"
#include "registry/export/subset_writer.hpp"
#include "registry/schema/keyword.hpp"

namespace callosum::registry {
namespace {

struct Property {
  std::string name;
  std::vector<Met> schemas;
};

std::vector<Property> properties_of(const Conjunction& all) {
  std::vector<Property> out;
  for (const auto& part : all.parts) {
    const auto* properties = find_object(*part.schema, "properties");
    if (properties == nullptr) continue;
    for (const auto& member : *properties) {
      const std::string name(member.key());
      auto at = std::find_if(out.begin(), out.end(),
                             [&](const Property& each) { return each.name == name; });
      if (at == out.end()) at = out.insert(out.end(), {name, {}});
      at->schemas.push_back(
          {&member.value(), part.place + "/properties/" + schema::escape_pointer(name)});
    }
  }
  return out;
}

/// The schemas of a list by position: `prefixItems`, or `items` as a list in draft 7.
const json::array* tuple_of(const Part& part, std::string_view& keyword) {
  keyword = "prefixItems";
  if (const auto* tuple = find_array(*part.schema, keyword)) return tuple;
  keyword = "items";
  return find_array(*part.schema, keyword);
}

}  // namespace

bool SubsetWriter::write_properties(const Conjunction& all, json::object& out) {
  json::object properties;
  std::vector<std::string> omitted;
  for (const auto& [name, schemas] : properties_of(all)) {
    if (profile_.argument_names && !profile_.argument_names->allows(name)) {
      refuse(schemas.front().place,
             "the argument's name `" + name + "` is not " + profile_.argument_names->to_string());
      return false;
    }
    auto written = write(schemas);
    if (refusal()) return false;
    if (written) {
      properties[name] = std::move(*written);
    } else {
      omitted.push_back(name);
      const auto& met = schemas.front();
      if (met.schema->is_bool()) {
        references_.lose(met.place, "false", Loss::Kind::rewritten, kByExecutor);
      }
    }
  }
  if (!write_required(all, properties, omitted, out)) return false;
  if (!properties.empty()) out["properties"] = std::move(properties);
  return true;
}

bool SubsetWriter::write_required(const Conjunction& all, const json::object& properties,
                                  const std::vector<std::string>& omitted, json::object& out) {
  json::array required;
  for (const auto& part : all.parts) {
    const auto* names = find_array(*part.schema, "required");
    if (names == nullptr) continue;
    for (const auto& name : *names) {
      if (!name.is_string()) continue;
      const std::string_view text = name.get_string();
      if (std::find(omitted.begin(), omitted.end(), text) != omitted.end()) return false;
      if (!properties.contains(text)) {
        lose(part, "required", Loss::Kind::rewritten, kByExecutor);
      } else if (std::find(required.begin(), required.end(), name) == required.end()) {
        required.push_back(name);
      }
    }
  }
  if (!required.empty()) out["required"] = std::move(required);
  return true;
}

SubsetWriter::Written SubsetWriter::write_tuple(const Conjunction& all, json::object& out) {
  std::vector<json::object> written;
  bool is_tuple = false;
  for (const auto& part : all.parts) {
    std::string_view keyword;
    const auto* tuple = tuple_of(part, keyword);
    if (tuple == nullptr) continue;
    is_tuple = true;
    lose(part, keyword, Loss::Kind::dropped, kByExecutor);
    for (std::size_t i = 0; i < tuple->size(); ++i) {
      const auto place = part.place + "/" + std::string(keyword) + "/" + std::to_string(i);
      if (auto one = write(Met{&(*tuple)[i], place})) written.push_back(std::move(*one));
    }
    const auto* rest = part.schema->if_contains(keyword == "items" ? "additionalItems" : "items");
    if (rest == nullptr) continue;
    const auto rest_keyword = keyword == "items" ? "additionalItems" : "items";
    lose(part, rest_keyword, Loss::Kind::rewritten, kByExecutor);
    if (rest->is_bool() && !rest->get_bool() && !out.contains("maxItems")) {
      out["maxItems"] = static_cast<std::int64_t>(tuple->size());
    }
    if (!rest->is_object()) continue;
    if (auto one = write(Met{rest, part.place + "/" + rest_keyword})) {
      written.push_back(std::move(*one));
    }
  }
  return is_tuple ? merge(std::move(written), {}) : std::nullopt;
}

bool SubsetWriter::write_items(const Conjunction& all, json::object& out) {
  auto items = write_tuple(all, out);
  if (refusal()) return false;
  std::vector<Met> schemas;
  for (const auto& part : all.parts) {
    const auto* one = part.schema->if_contains("items");
    if (one != nullptr && !one->is_array()) schemas.push_back({one, part.place + "/items"});
  }
  if (!items && schemas.empty()) {
    Conjunction anything;
    anything.place = all.place + "/items";
    items = write_any(anything);
  }
  if (!items) items = write(schemas);
  if (refusal()) return false;
  if (!items) {  // a list that may hold nothing
    const auto* least = out.if_contains("minItems");
    if (least != nullptr && least->to_number<double>() > 0) return false;
    out["maxItems"] = 0;
    items = json::object{{"type", "STRING"}};
  }
  out["items"] = std::move(*items);
  return true;
}

}  // namespace callosum::registry
