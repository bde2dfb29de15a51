// The hundred schemas with parts of them swapped and changed at random: whatever a client brings,
// what is exported is taken by the consumer, or refused here with a reason.
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <random>

#include "base/json.hpp"
#include "consumers.hpp"
#include "registry/export/export.hpp"
#include "sample_tools.hpp"

namespace callosum::suites {
namespace {

/// The values at any depth that are objects or arrays, by pointer.
void collect(json::value& value, std::vector<json::value*>& out) {
  out.push_back(&value);
  if (auto* object = value.if_object()) {
    for (auto& member : *object) collect(member.value(), out);
  } else if (auto* list = value.if_array()) {
    for (auto& item : *list) collect(item, out);
  }
}

class Mutator {
 public:
  explicit Mutator(const registry::Snapshot& snapshot) {
    for (const auto& tool : snapshot.tools()) schemas_.emplace_back(tool.input_schema);
  }

  json::value next() {
    auto schema = pick(schemas_);
    for (auto changes = 1 + random_() % 4; changes > 0; --changes) {
      auto other = pick(schemas_);
      std::vector<json::value*> mine, theirs;
      collect(schema, mine);
      collect(other, theirs);
      auto& at = *mine[random_() % mine.size()];
      auto part = *theirs[random_() % theirs.size()];
      auto* object = at.if_object();
      if (object && !object->empty() && random_() % 2 == 0) {
        const auto& words = kWords;
        (*object)[words[random_() % words.size()]] = std::move(part);
      } else {
        at = std::move(part);
      }
    }
    return schema;
  }

 private:
  static constexpr std::array<const char*, 24> kWords{
      "type",     "enum",        "const",      "anyOf",     "oneOf",       "allOf",
      "$ref",     "items",       "properties", "required",  "format",      "default",
      "examples", "prefixItems", "$defs",      "$anchor",   "description", "minimum",
      "pattern",  "maxItems",    "minItems",   "maxLength", "nullable",    "exclusiveMinimum"};

  const json::value& pick(const std::vector<json::value>& all) {
    return all[random_() % all.size()];
  }

  std::vector<json::value> schemas_;
  std::mt19937 random_{20261121};
};

TEST(MutatedTools, AreTakenByTheConsumerOrRefusedHere) {
  const auto world = load_real_world({});
  ASSERT_TRUE(world.snapshot) << world.problems;
  Mutator mutator(*world.snapshot);
  std::map<std::string_view, int> taken;
  for (int i = 0; i < 6000 && !::testing::Test::HasFailure(); ++i) {
    const auto schema = mutator.next();
    const json::object tool{{"type", "function"}, {"name", "look"}, {"parameters", schema}};
    if (!schema.is_object()) continue;
    for (const auto consumer : registry::export_names()) {
      const auto exported = registry::export_client_tool(*registry::find_export(consumer), tool);
      if (!exported) {
        EXPECT_EQ(exported.error().type, ErrorType::validation);
        continue;
      }
      ++taken[consumer];
      EXPECT_EQ(refused_by(consumer, *exported), "") << consumer << " " << json::serialize(schema);
    }
  }
  for (const auto consumer : registry::export_names()) EXPECT_GT(taken[consumer], 500) << consumer;
}

}  // namespace
}  // namespace callosum::suites
