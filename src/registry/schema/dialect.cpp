// Which dialect a document speaks: `$schema`, and the vocabularies of a meta-schema of one's own.

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <optional>

#include "base/json.hpp"
#include "registry/schema/document_set.hpp"
#include "registry/schema/uri.hpp"

namespace callosum::registry::schema {
namespace {

std::uint16_t vocabulary_of(std::string_view uri) {
  constexpr std::string_view kPrefix = "https://json-schema.org/draft/2020-12/vocab/";
  if (!uri.starts_with(kPrefix)) return 0;
  const auto name = uri.substr(kPrefix.size());
  if (name == "core") return kCore;
  if (name == "applicator") return kApplicator;
  if (name == "unevaluated") return kUnevaluated;
  if (name == "validation") return kValidation;
  if (name == "meta-data") return kMetaData;
  if (name == "format-annotation") return kFormatAnnotation;
  if (name == "format-assertion") return kFormatAssertion;
  if (name == "content") return kContent;
  return 0;
}

}  // namespace

std::optional<Draft> known_draft(std::string_view uri) {
  if (uri.ends_with('#')) uri.remove_suffix(1);
  const auto scheme = uri.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  const auto name = uri.substr(scheme);
  if (name == "://json-schema.org/draft/2020-12/schema") return Draft::draft2020_12;
  if (name == "://json-schema.org/draft-07/schema") return Draft::draft7;
  return std::nullopt;
}

Result<Dialect> DocumentSet::dialect_of(const json::value& schema, const Place& place,
                                        const Dialect& inherited) {
  const auto* object = schema.if_object();
  const auto* uri = object ? find_string(*object, "$schema") : nullptr;
  if (uri == nullptr) return inherited;
  Dialect dialect = inherited;
  if (const auto draft = known_draft(*uri)) {
    dialect.draft = *draft;
    dialect.vocabularies = kEveryVocabulary;
    return dialect;
  }
  const auto* meta = options_.loader ? options_.loader(without_fragment(*uri)) : nullptr;
  if (meta == nullptr || !meta->is_object()) {
    return schema_error(place, "$schema is unknown; expected draft 2020-12 or draft 7");
  }
  const auto own = dialect_of_meta_schema(meta->get_object(), inherited);
  return own ? own : schema_error(place, own.error().message);
}

Result<Dialect> DocumentSet::dialect_of_meta_schema(const json::object& meta,
                                                    const Dialect& inherited) {
  Dialect dialect = inherited;
  const auto* parent = find_string(meta, "$schema");
  const auto draft = parent ? known_draft(*parent) : std::optional<Draft>();
  if (!draft) return fail(ErrorType::validation, "$schema's meta-schema is of no draft we know");
  dialect.draft = *draft;
  dialect.vocabularies = kEveryVocabulary;
  const auto* listed = find_object(meta, "$vocabulary");
  if (listed == nullptr || *draft == Draft::draft7) return dialect;

  dialect.vocabularies = kCore;
  for (const auto& member : *listed) {
    const auto vocabulary = vocabulary_of(member.key());
    const bool is_required = member.value().is_bool() && member.value().get_bool();
    if (vocabulary == 0 && is_required) {
      return fail(ErrorType::validation,
                  "$schema requires the unknown vocabulary " + std::string(member.key()));
    }
    dialect.vocabularies |= vocabulary;
  }
  if ((dialect.vocabularies & kFormatAssertion) != 0) dialect.asserts_formats = true;
  return dialect;
}

}  // namespace callosum::registry::schema
