// Counts what validation asks of the heap. The counter sees every operator new of this program; the
// other tests do not look at it.

#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

#include "base/json.hpp"
#include "registry/schema.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size > 0 ? size : 1);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace callosum::registry {
namespace {

std::size_t allocations_of(std::string_view schema, std::string_view value) {
  const auto compiled = compile_schema(parse_strict(schema).value()).value();
  const auto parsed = parse_strict(value).value();
  EXPECT_TRUE(compiled->is_valid(parsed)) << schema;  // a pattern's matcher is made the first time
  const auto before = allocations.load();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(compiled->is_valid(parsed));
  return allocations.load() - before;
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
