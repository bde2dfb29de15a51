#include "sample_tools.hpp"

#include <filesystem>
#include <fstream>

#include "base/json.hpp"
#include "registry/json_text.hpp"
#include "registry/render.hpp"

namespace callosum::suites {
namespace {

/// A manifest in JSON, which YAML takes.
std::string manifest_of(const std::string& pack, const json::array& tools) {
  std::string out = "pack: " + pack + "\nversion: 1.0.0\ntools:\n";
  for (const auto& each : tools) {
    const auto& tool = each.as_object();
    const json::object entry{{"name", tool.at("name")},
                             {"version", "1.0.0"},
                             {"summary", tool.at("summary")},
                             {"category", "retrieval"},
                             {"access", "read"},
                             {"channels", json::array{"voice", "text", "mcp"}},
                             {"input", tool.at("input")},
                             {"output", json::object{{"type", "object"}}},
                             {"run", json::object{{"builtin", "noop"}}}};
    out += "  - " + registry::to_json_text(entry) + "\n";
  }
  return out;
}

}  // namespace

RealWorld load_real_world(const std::vector<std::string>& consumers) {
  RealWorld out;
  std::vector<registry::ToolSpec> all;
  const std::filesystem::path suite =
      std::string(CALLOSUM_SOURCE_DIR) + "/tests/suites/real_world_tools";
  for (const auto& entry : std::filesystem::directory_iterator(suite)) {
    std::ifstream file(entry.path());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto tools = parse_strict(text).value();
    const auto pack = entry.path().stem().string();
    const auto loaded = registry::load_pack_text(manifest_of(pack, tools.as_array()),
                                                 pack + "/pack.yaml", consumers);
    out.problems += registry::render_problems(loaded.problems);
    if (loaded.snapshot) {
      all.insert(all.end(), loaded.snapshot->tools().begin(), loaded.snapshot->tools().end());
    }
    for (const auto& tool : tools.as_array()) {
      auto& sample = out.samples[std::string(tool.at("name").as_string())];
      for (const auto& good : tool.at("good").as_array()) sample.good.push_back(good);
      if (const auto* bad = find_object(tool.as_object(), "bad")) sample.bad = *bad;
    }
  }
  if (out.problems.empty()) {
    out.snapshot = std::make_shared<const registry::Snapshot>(std::vector<registry::Pack>(),
                                                              std::move(all), "1.0.0");
  }
  return out;
}

}  // namespace callosum::suites
