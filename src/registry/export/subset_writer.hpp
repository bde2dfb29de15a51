#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/export/conjunction.hpp"
#include "registry/export/profile.hpp"

namespace callosum::registry {

/// What the parts of a conjunction allow together.
struct Allowed {
  std::uint8_t types = 0;             ///< TypeBits
  bool says_type = false;             ///< `type`, `enum` or `const` is there
  std::optional<json::array> values;  ///< of `enum` and `const`: these and no others
  const Part* variants_of = nullptr;  ///< whose `anyOf` or `oneOf` is next; null: none is left
  std::string_view variants;          ///< which
};

Allowed allowed_by(const Conjunction& all);
/// The type that keywords ask for where no `type` stands: `pattern` speaks of text. 0: none.
std::uint8_t types_by_keywords(const Conjunction& all);
/// The first description that is not written elsewhere.
std::string_view description_of(const Conjunction& all);
/// Adds a sentence to the description.
void tell(json::object& schema, std::string_view note);

/// One tool's schema on its way into the subset. A schema that cannot be written is nothing:
/// whoever holds it goes on without it.
class SubsetWriter {
 public:
  using Written = std::optional<json::object>;

  SubsetWriter(const ToolSpec& tool, const ExportProfile& profile, std::vector<Loss>& losses)
      : references_(tool, losses), profile_(profile) {}

  Written write_root() { return write(Met{&references_.root(), ""}); }
  const Refusal* refusal() const { return refusal_ ? &*refusal_ : references_.refusal(); }

 private:
  Written write(const Met& met) { return write(std::vector<Met>{met}); }
  Written write(const std::vector<Met>& together);
  Written write(const Conjunction& all);
  Written write_any(const Conjunction& all);
  Written write_types(const Conjunction& all, const Allowed& allowed);
  Written write_one(const Conjunction& all, const Allowed& allowed, std::uint8_t type);
  void write_values(const Conjunction& all, const Allowed& allowed, std::uint8_t type,
                    json::object& out);

  // subset_variants.cpp
  Written write_variants(const Conjunction& all, const Allowed& allowed);
  Written write_variant(const Met& member, const Conjunction& all);
  Written merge(std::vector<json::object> variants, const Conjunction& all);

  // subset_inside.cpp
  bool write_properties(const Conjunction& all, json::object& out);
  bool write_required(const Conjunction& all, const json::object& properties,
                      const std::vector<std::string>& omitted, json::object& out);
  bool write_items(const Conjunction& all, json::object& out);
  Written write_tuple(const Conjunction& all, json::object& out);

  // subset_keywords.cpp
  void write_keywords(const Conjunction& all, std::uint8_t type, json::object& out);
  void write_keyword(const Part& part, std::string_view keyword, std::uint8_t type,
                     json::object& out);
  void write_format(const Part& part, std::uint8_t type, json::object& out);
  void write_exclusive(const Part& part, bool is_lower, std::uint8_t type, json::object& out);
  /// Reports what stands nowhere in the subset, whatever the type.
  void report_dropped(const Conjunction& all, std::uint8_t types);

  void refuse(const std::string& place, std::string reason) {
    if (!refusal()) refusal_ = Refusal{"input", place, std::move(reason)};
  }
  void lose(const Part& part, std::string_view keyword, Loss::Kind kind,
            std::string_view enforced) {
    references_.lose(part.place, keyword, kind, enforced);
  }

  ReferenceWriter references_;
  const ExportProfile& profile_;
  std::optional<Refusal> refusal_;
  std::size_t written_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace callosum::registry
