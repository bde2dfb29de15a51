// A hundred tools of well-known public APIs, exported to every consumer. Each simulator's own check
// takes them, and what an export does not say the executor's validator still refuses.
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <set>

#include "base/json.hpp"
#include "consumers.hpp"
#include "golden.hpp"
#include "registry/export/export.hpp"
#include "registry/export/report.hpp"
#include "registry/json_text.hpp"
#include "sample_tools.hpp"
#include "violation.hpp"

namespace callosum::suites {
namespace {

const RealWorld& world() {
  static const RealWorld kWorld = load_real_world({});
  return kWorld;
}

registry::ExportedTools export_one(const registry::ToolSpec& tool, std::string_view consumer) {
  const registry::ToolSpec* const one[] = {&tool};
  auto exported = registry::find_export(consumer)->compile(one);
  EXPECT_TRUE(exported) << exported.error().message;
  return exported ? std::move(*exported) : registry::ExportedTools();
}

TEST(RealWorldTools, AreAHundredAndLoadForEveryConsumer) {
  std::vector<std::string> everyone;
  for (const auto name : registry::export_names()) everyone.emplace_back(name);

  const auto loaded = load_real_world(everyone);

  ASSERT_TRUE(loaded.snapshot) << loaded.problems;
  EXPECT_EQ(loaded.snapshot->tools().size(), 100u);
}

TEST(RealWorldTools, TakeTheArgumentsThatTheyAreCalledWith) {
  ASSERT_TRUE(world().snapshot) << world().problems;
  for (const auto& tool : world().snapshot->tools()) {
    for (const auto& good : world().samples.at(tool.name).good) {
      const auto hints = tool.input->explain(good);
      EXPECT_TRUE(hints.empty()) << tool.name << " " << json::serialize(good) << " "
                                 << (hints.empty() ? "" : hints[0].path + hints[0].message);
    }
  }
}

class RealWorldExport : public ::testing::TestWithParam<std::string_view> {};

TEST_P(RealWorldExport, IsTakenByTheConsumersSimulator) {
  ASSERT_TRUE(world().snapshot) << world().problems;
  for (const auto& tool : world().snapshot->tools()) {
    EXPECT_EQ(refused_by(GetParam(), export_one(tool, GetParam()).tools), "") << tool.name;
  }
  std::vector<const registry::ToolSpec*> all;
  for (const auto& tool : world().snapshot->tools()) all.push_back(&tool);
  const auto exported = registry::find_export(GetParam())->compile(all);
  ASSERT_TRUE(exported) << exported.error().message;
  EXPECT_EQ(refused_by(GetParam(), exported->tools), "");
}

TEST_P(RealWorldExport, LosesNothingThatTheExecutorDoesNotRefuse) {
  ASSERT_TRUE(world().snapshot) << world().problems;
  std::set<std::string> kinds;
  for (const auto& tool : world().snapshot->tools()) {
    const auto& sample = world().samples.at(tool.name);
    const json::value schema(tool.input_schema);
    for (const auto& loss : export_one(tool, GetParam()).losses) {
      if (loss.enforced != registry::kByExecutor) continue;
      const KeywordPlace at{loss.place, loss.keyword};
      const auto* given = sample.bad.if_contains(at.place + " " + at.keyword);
      const auto broken = given && breaks_only(schema, at, *given)
                              ? std::optional<json::value>(*given)
                              : find_violation(schema, at, sample.good);
      EXPECT_TRUE(broken) << tool.name << ": no arguments are known that break `" << at.keyword
                          << "` at " << at.place << " alone";
      if (!broken) continue;
      EXPECT_FALSE(tool.input->is_valid(*broken)) << tool.name;
      kinds.insert(at.keyword);
    }
  }
  RecordProperty("keywords", static_cast<int>(kinds.size()));
  std::string all;
  for (const auto& kind : kinds) all += kind + " ";
  std::printf("%s: %s\n", std::string(GetParam()).c_str(), all.c_str());
}

/// Calls `visit(schema, place)` for the schemas that a model is shown something of.
template <class Visit>
void walk_shown(const json::value& schema, const std::string& place, const Visit& visit) {
  const auto* object = schema.if_object();
  if (!object) return;
  visit(*object, place);
  for (const auto* keyword : {"properties", "$defs", "definitions"}) {
    const auto* map = find_object(*object, keyword);
    for (const auto& member : map ? *map : json::object()) {
      walk_shown(member.value(), place + "/" + keyword + "/" + std::string(member.key()), visit);
    }
  }
  for (const auto* keyword : {"anyOf", "oneOf", "allOf", "prefixItems", "items"}) {
    const auto* list = find_array(*object, keyword);
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      walk_shown((*list)[i], place + "/" + keyword + "/" + std::to_string(i), visit);
    }
  }
  if (object->contains("items")) walk_shown(object->at("items"), place + "/items", visit);
}

bool is_in(const std::vector<registry::Loss>& losses, const std::string& place,
           std::string_view keyword) {
  return std::any_of(losses.begin(), losses.end(), [&](const registry::Loss& loss) {
    return loss.place == place && loss.keyword == keyword;
  });
}

/// Keywords that Gemini's proto has, as they are written (protocol §4.2).
constexpr std::array<std::string_view, 17> kInProto{
    "type",      "description", "pattern",  "default",    "enum",          "items",
    "minItems",  "maxItems",    "required", "properties", "minProperties", "maxProperties",
    "minLength", "maxLength",   "minimum",  "maximum",    "anyOf"};

TEST(RealWorldReport, NamesEveryKeywordThatTheProtoDoesNotHave) {
  std::size_t named = 0;
  for (const auto& tool : world().snapshot->tools()) {
    const auto losses = export_one(tool, "gemini").losses;
    walk_shown(tool.input_schema, "", [&](const json::object& schema, const std::string& place) {
      for (const auto& member : schema) {
        const std::string_view keyword = member.key();
        if (std::find(kInProto.begin(), kInProto.end(), keyword) != kInProto.end()) continue;
        if (keyword == "format" && member.value() == "date-time") continue;
        EXPECT_TRUE(is_in(losses, place, keyword)) << tool.name << " " << place << " " << keyword;
        ++named;
      }
    });
  }
  EXPECT_GT(named, 500u);
}

TEST(RealWorldReport, NamesEveryKeywordThatIsNotAsItWasWritten) {
  for (const auto& tool : world().snapshot->tools()) {
    const auto exported = export_one(tool, "openai");
    const auto& parameters = exported.tools.at(0).at("parameters");
    walk_shown(tool.input_schema, "", [&](const json::object& schema, const std::string& place) {
      boost::system::error_code nowhere;
      const auto* shown = parameters.find_pointer(place, nowhere);
      ASSERT_TRUE(shown && shown->is_object()) << tool.name << " " << place;
      for (const auto& member : schema) {
        const auto* value = shown->get_object().if_contains(member.key());
        const bool holds_schemas = member.value().is_object() || member.value().is_array();
        const bool is_there = value && (holds_schemas || *value == member.value());
        EXPECT_TRUE(is_there || is_in(exported.losses, place, member.key()))
            << tool.name << " " << place << " " << member.key();
      }
    });
  }
}

TEST(RealWorldReport, IsAsItWasReadLast) {
  std::vector<const registry::ToolSpec*> all;
  for (const auto& tool : world().snapshot->tools()) all.push_back(&tool);
  std::sort(all.begin(), all.end(), [](auto* a, auto* b) { return a->name < b->name; });
  for (const std::string consumer : {"openai", "gemini"}) {
    const auto exported = registry::find_export(consumer)->compile(all);
    ASSERT_TRUE(exported) << exported.error().message;
    EXPECT_TRUE(testing::matches_golden(registry::render_export_report(*exported),
                                        "registry/real_world." + consumer + ".txt"));
  }
  std::string lines;
  for (const auto* tool : all) {
    const auto one = export_one(*tool, "gemini").tools;
    lines += registry::to_json_text(one.at(0).at("functionDeclarations").at(0)) + "\n";
  }
  EXPECT_TRUE(testing::matches_golden(lines, "registry/real_world.gemini.jsonl"));
}

std::string name_of(const ::testing::TestParamInfo<std::string_view>& info) {
  std::string name(info.param);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Each, RealWorldExport, ::testing::ValuesIn(registry::export_names()),
                         name_of);

}  // namespace
}  // namespace callosum::suites
