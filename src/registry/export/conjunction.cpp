#include "registry/export/conjunction.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "registry/export/pointer.hpp"

namespace callosum::registry {
namespace {

// A tree of comments is shown with its answers, and no deeper.
constexpr std::ptrdiff_t kMostRepeats = 2;
constexpr std::size_t kMostParts = 64;

}  // namespace

ReferenceWriter::ReferenceWriter(const ToolSpec& tool, std::vector<Loss>& losses)
    : tool_(tool.name), root_(tool.input_schema), losses_(losses), first_loss_(losses.size()) {
  open_.push_back(&root_);
}

void ReferenceWriter::lose(const std::string& place, std::string_view keyword, Loss::Kind kind,
                           std::string_view enforced) {
  // A part that is written out in several places is still written once.
  const auto is_known = [&](const Loss& loss) {
    return loss.place == place && loss.keyword == keyword && loss.kind == kind;
  };
  const auto from = losses_.begin() + static_cast<std::ptrdiff_t>(first_loss_);
  if (std::any_of(from, losses_.end(), is_known)) return;
  losses_.push_back({tool_, place, std::string(keyword), kind, enforced});
}

void ReferenceWriter::add(const Met& met, Conjunction& out) {
  if (out.is_never || refusal_) return;
  if (out.parts.empty() && out.place.empty()) out.place = met.place;
  if (const auto* flag = met.schema->if_bool()) {
    out.is_never = !*flag;
    return;
  }
  const auto* schema = met.schema->if_object();
  if (schema == nullptr) return;
  const auto has = [&](const Part& part) { return part.schema == schema; };
  if (std::any_of(out.parts.begin(), out.parts.end(), has)) return;  // a loop that adds nothing
  if (out.parts.size() >= kMostParts) {
    refusal_ = Refusal{"input", met.place, "too many schemas hold together here"};
    return;
  }
  if (!met.place.empty() && schema->contains("$id")) {
    refusal_ = Refusal{"input", met.place + "/$id", "`$id` below the root of input"};
    return;
  }
  out.parts.push_back({schema, met.place});
  if (schema->contains("$ref")) follow(*schema, met.place, out);
  const auto* all = find_array(*schema, "allOf");
  if (all == nullptr) return;
  lose(met.place, "allOf", Loss::Kind::rewritten, kSameMeaning);
  for (std::size_t i = 0; i < all->size(); ++i) {
    add({&(*all)[i], met.place + "/allOf/" + std::to_string(i)}, out);
  }
}

void ReferenceWriter::follow(const json::object& schema, const std::string& place,
                             Conjunction& out) {
  const auto reference = text_at(schema, "$ref");
  const auto target_place = referred_place(root_, reference);
  const auto* target = find_referred(root_, reference);
  if (target == nullptr) {
    refusal_ = Refusal{"input", place + "/$ref",
                       "`$ref` leads out of the schema, or nowhere: " + std::string(reference)};
    return;
  }
  if (std::count(open_.begin(), open_.end(), target) >= kMostRepeats) {
    lose(place, "$ref", Loss::Kind::dropped, kNarrower);
    out.is_never = true;
    return;
  }
  lose(place, "$ref", Loss::Kind::rewritten, kSameMeaning);
  open_.push_back(target);
  add({target, *target_place}, out);
}

}  // namespace callosum::registry
