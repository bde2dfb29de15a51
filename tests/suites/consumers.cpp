#include "consumers.hpp"

#include "base/json.hpp"
#include "registry/json_text.hpp"
#include "sim/gemini/rules.hpp"
#include "sim/gemini/shapes.hpp"
#include "sim/openai/shapes.hpp"
#include "sim/xai/tool_shape.hpp"

namespace callosum::suites {
namespace {

std::string refused_by_gemini(const json::array& tools) {
  namespace gemini = sim::gemini;
  std::string problems;
  json::array read;
  for (const auto& tool : tools) {
    auto reading = gemini::read_message(tool.as_object(), gemini::kTool, {}, "setup.tools[0]");
    for (const auto& problem : reading.problems) problems += problem + "\n";
    read.push_back(std::move(reading.value));
  }
  if (!problems.empty()) return problems;
  const auto verdict =
      gemini::check_tools(read, *gemini::find_model("gemini-3.8-live"), "setup.tools");
  return verdict ? verdict->reason + " " + verdict->detail : "";
}

}  // namespace

std::string refused_by(std::string_view consumer, const boost::json::array& tools) {
  // As text and back: a number's kind is the parser's.
  const auto read = parse_strict(registry::to_json_text(tools));
  if (!read) return read.error().message;
  if (consumer.starts_with("gemini")) return refused_by_gemini(read->as_array());
  sim::Problem problem;
  if (consumer == "openai") problem = sim::openai::check_tools(*read, "session.tools");
  if (consumer == "xai") problem = sim::xai::check_tools(*read, "session.tools");
  return problem ? problem->message : "";
}

}  // namespace callosum::suites
