// Counts what validation asks of the heap.
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "heap_count.hpp"
#include "registry/schema.hpp"

namespace callosum::registry {
namespace {

std::size_t allocations_of(std::string_view schema, std::string_view value) {
  const auto compiled = compile_schema(parse_strict(schema).value()).value();
  const auto parsed = parse_strict(value).value();
  EXPECT_TRUE(compiled->is_valid(parsed)) << schema;  // a pattern's matcher is made the first time
  testing::heap_count = 0;
  testing::heap_is_counted = true;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(compiled->is_valid(parsed));
  testing::heap_is_counted = false;
  return testing::heap_count;
}

TEST(SchemaAllocation, IsNoneForAValueThatPasses) {
  EXPECT_EQ(allocations_of(R"({"properties": {"service": {"minLength": 1}, "n": {"multipleOf": 0.5},
                              "date": {"format": "date-time"}, "d": {"enum": ["x", {"a": [1]}]}},
                              "required": ["service"], "additionalProperties": false})",
                           R"({"service": "Haircut", "n": 2.5, "date": "2026-11-21T09:00:00Z",
                               "d": {"a": [1.0]}})"),
            0u);
  EXPECT_EQ(allocations_of(R"({"properties": {"id": {"pattern": "^[A-Z]{2}-\\d+$"}},
                              "propertyNames": {"pattern": "^[a-z]+$"}})",
                           R"({"id": "AB-1234", "averyveryverylongname": 1})"),
            0u);
  EXPECT_EQ(allocations_of(R"({"anyOf": [{"properties": {"a": true}}, {"required": ["b"]}],
                              "unevaluatedProperties": {"type": "array", "uniqueItems": true,
                              "contains": {"const": 3}, "unevaluatedItems": {"type": "integer"}}})",
                           R"({"a": 1, "c": [1, 2, 3]})"),
            0u);
  EXPECT_EQ(allocations_of(R"({"$id": "u:t", "$dynamicAnchor": "node", "type": "object",
                              "properties": {"next": {"$dynamicRef": "#node"}}})",
                           R"({"next": {"next": {"next": {}}}})"),
            0u);
}

}  // namespace
}  // namespace callosum::registry
