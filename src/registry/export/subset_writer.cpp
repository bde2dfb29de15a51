// From JSON Schema to the subset: types and values. See openapi_subset.hpp.
#include "registry/export/subset_writer.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "registry/export/openapi_subset.hpp"
#include "registry/json_text.hpp"
#include "registry/schema/keyword.hpp"
#include "registry/schema/node.hpp"

namespace callosum::registry {

using schema::kArray;
using schema::kBoolean;
using schema::kFraction;
using schema::kInteger;
using schema::kNull;
using schema::kObject;
using schema::kString;

namespace {

constexpr std::size_t kMostSchemas = 2000;
constexpr std::size_t kMostDepth = 40;
constexpr std::uint8_t kNumber = kInteger | kFraction;

struct Branch {
  std::uint8_t type;
  std::string_view word;
};
constexpr std::array<Branch, 6> kBranches{{{kString, "STRING"},
                                           {kNumber, "NUMBER"},
                                           {kInteger, "INTEGER"},
                                           {kBoolean, "BOOLEAN"},
                                           {kArray, "ARRAY"},
                                           {kObject, "OBJECT"}}};

/// The branches that these types need: a number takes whole ones in.
std::vector<Branch> branches_of(std::uint8_t types) {
  std::vector<Branch> out;
  for (const auto& branch : kBranches) {
    const bool is_whole_only = (types & kNumber) == kInteger;
    if (branch.type == kNumber && (types & kFraction) == 0) continue;
    if (branch.type == kInteger && !is_whole_only) continue;
    if ((branch.type & types) != 0) out.push_back(branch);
  }
  return out;
}

std::string list_of(const json::array& values) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : ", ") + to_json_text(value);
  return out;
}

json::array of_type(const json::array& values, std::uint8_t type) {
  json::array out;
  for (const auto& value : values) {
    if (schema::has_type(type, value)) out.push_back(value);
  }
  return out;
}

/// The least and the largest of the numbers, as bounds.
void bound(const json::array& numbers, json::object& out) {
  const auto less = [](const json::value& a, const json::value& b) {
    return a.to_number<double>() < b.to_number<double>();
  };
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end(), less);
  out["minimum"] = *least;
  out["maximum"] = *most;
}

}  // namespace

SubsetWriter::Written SubsetWriter::write(const std::vector<Met>& together) {
  const auto depth = references_.depth();
  Conjunction all;
  for (const auto& met : together) references_.add(met, all);
  auto written = write(all);
  references_.return_to(depth);
  return written;
}

SubsetWriter::Written SubsetWriter::write(const Conjunction& all) {
  if (refusal() || all.is_never) return std::nullopt;
  if (++written_ > kMostSchemas || depth_ > kMostDepth) {
    refuse(all.place, "it is too large or too deep once its references are written out");
    return std::nullopt;
  }
  ++depth_;
  auto allowed = allowed_by(all);
  Written out;
  if (allowed.variants_of != nullptr) {
    out = write_variants(all, allowed);
  } else if (allowed.says_type) {
    out = write_types(all, allowed);
  } else if ((allowed.types = types_by_keywords(all)) != 0) {
    references_.lose(all.place, "type", Loss::Kind::rewritten, kNarrower);
    out = write_types(all, allowed);
  } else {
    out = write_any(all);
  }
  --depth_;
  return out;
}

SubsetWriter::Written SubsetWriter::write_any(const Conjunction& all) {
  references_.lose(all.place, all.parts.empty() ? "true" : "type", Loss::Kind::rewritten,
                   kNarrower);
  report_dropped(all, schema::kAnyType);
  json::object out{
      {"anyOf", json::array{json::object{{"type", "STRING"}}, json::object{{"type", "NUMBER"}},
                            json::object{{"type", "BOOLEAN"}}}}};
  tell(out, description_of(all));
  return out;
}

SubsetWriter::Written SubsetWriter::write_types(const Conjunction& all, const Allowed& allowed) {
  report_dropped(all, allowed.types);
  const bool is_nullable = (allowed.types & kNull) != 0;
  const auto branches = branches_of(allowed.types);
  for (const auto& part : all.parts) {
    const auto* types = find_array(*part.schema, "type");
    if (types != nullptr && types->size() > 1) {
      lose(part, "type", Loss::Kind::rewritten, kSameMeaning);
    }
  }
  if (branches.empty()) {
    if (!is_nullable) return std::nullopt;  // no value is all of it
    json::object out{{"type", "NULL"}};
    tell(out, description_of(all));
    return out;
  }
  Written out;
  if (branches.size() == 1) {
    out = write_one(all, allowed, branches.front().type);
  } else {
    auto silent = all;
    for (auto& part : silent.parts) part.is_silent = true;
    std::vector<json::object> variants;
    for (const auto& branch : branches) {
      if (auto one = write_one(silent, allowed, branch.type)) variants.push_back(std::move(*one));
    }
    out = merge(std::move(variants), all);
  }
  if (out && is_nullable) (*out)["nullable"] = true;
  return out;
}

SubsetWriter::Written SubsetWriter::write_one(const Conjunction& all, const Allowed& allowed,
                                              std::uint8_t type) {
  const auto branch = std::find_if(kBranches.begin(), kBranches.end(),
                                   [&](const Branch& each) { return each.type == type; });
  json::object out{{"type", branch->word}};
  tell(out, description_of(all));
  if (allowed.values) write_values(all, allowed, type, out);
  write_keywords(all, type, out);
  if (type == kArray && !write_items(all, out)) return std::nullopt;
  if (type == kObject && !write_properties(all, out)) return std::nullopt;
  return out;
}

void SubsetWriter::write_values(const Conjunction& all, const Allowed& allowed, std::uint8_t type,
                                json::object& out) {
  const auto values = of_type(*allowed.values, type);
  const bool are_all = type == kBoolean && values.size() > 1;
  if (type == kString) {
    out["enum"] = values;
  } else if ((type & kNumber) != 0) {
    bound(values, out);
  }
  if (type != kString && !are_all && (type & (kNumber | kBoolean)) != 0) {
    tell(out, (values.size() == 1 ? "Always " : "One of ") + list_of(values) + ".");
  }
  for (const auto& part : all.parts) {
    for (const std::string_view keyword : {"enum", "const"}) {
      if (!part.schema->contains(keyword)) continue;
      const bool is_as_written =
          type == kString && keyword == "enum" && part.schema->at("enum") == json::value(values);
      if (is_as_written) continue;
      if (type == kString || are_all) {
        lose(part, keyword, Loss::Kind::rewritten, kSameMeaning);
      } else {
        lose(part, keyword, Loss::Kind::dropped, kByExecutor);
      }
    }
  }
}

Parameters write_openapi_subset(const ToolSpec& tool, const ExportProfile& profile,
                                std::vector<Loss>& losses) {
  SubsetWriter writer(tool, profile, losses);
  auto written = writer.write_root();
  if (const auto* refusal = writer.refusal()) return *refusal;
  if (!written || written->contains("nullable") || text_at(*written, "type") != "OBJECT") {
    return Refusal{"input", "", "the root of input is not one object that ends"};
  }
  return std::move(*written);
}

}  // namespace callosum::registry
