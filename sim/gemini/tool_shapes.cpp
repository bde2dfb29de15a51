#include <array>

#include "sim/gemini/shapes.hpp"

namespace callosum::sim::gemini {
namespace {

extern const Message kSchema;

constexpr std::array<std::string_view, 7> kTypes{"STRING", "NUMBER", "INTEGER", "BOOLEAN",
                                                 "ARRAY",  "OBJECT", "NULL"};
constexpr std::array<std::string_view, 2> kBehaviors{"BLOCKING", "NON_BLOCKING"};

const Field kSchemaFields[] = {
    {"type", Kind::words, Many::one, nullptr, kTypes},
    {"description", Kind::text},
    {"title", Kind::text},
    {"format", Kind::text},
    {"pattern", Kind::text},
    {"default", Kind::value},
    {"example", Kind::value},
    {"nullable", Kind::boolean},
    {"enum", Kind::text, Many::list},
    {"items", Kind::message, Many::one, &kSchema},
    {"minItems", Kind::int64},
    {"maxItems", Kind::int64},
    {"properties", Kind::message, Many::map, &kSchema},
    {"required", Kind::text, Many::list},
    {"propertyOrdering", Kind::text, Many::list},
    {"minProperties", Kind::int64},
    {"maxProperties", Kind::int64},
    {"anyOf", Kind::message, Many::list, &kSchema},
    {"minimum", Kind::number},
    {"maximum", Kind::number},
    {"minLength", Kind::int64},
    {"maxLength", Kind::int64},
};
const Message kSchema{"Schema", kSchemaFields};

const Field kDeclarationFields[] = {
    {"name", Kind::text},
    {"description", Kind::text},
    {"parameters", Kind::message, Many::one, &kSchema},
    {"parametersJsonSchema", Kind::value},
    {"response", Kind::message, Many::one, &kSchema},
    {"responseJsonSchema", Kind::value},
    {"behavior", Kind::words, Many::one, nullptr, kBehaviors},
};
const Message kDeclaration{"FunctionDeclaration", kDeclarationFields};

const Field kToolFields[] = {
    {"functionDeclarations", Kind::message, Many::list, &kDeclaration},
    {"googleSearch", Kind::structure},
    {"urlContext", Kind::structure},
    {"codeExecution", Kind::structure},
    {"mcpServers", Kind::structure, Many::list, nullptr, {}, Door::gemini},
};

}  // namespace

const Message kTool{"Tool", kToolFields};

}  // namespace callosum::sim::gemini
