#include "app/call/timeline.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::app {

std::string to_json_line(const TimelineEntry& entry) {
  json::object line{{"t_ms", entry.t_ms}, {"kind", entry.kind}};
  if (!entry.tool.empty()) line["tool"] = entry.tool;
  if (!entry.args.empty()) {
    const auto args = parse_strict(entry.args);
    line["args"] = args ? *args : json::value(entry.args);
  }
  if (!entry.text.empty()) line["text"] = entry.text;
  if (!entry.error_type.empty()) line["error_type"] = entry.error_type;
  return json::serialize(line);
}

std::string to_terminal_line(const TimelineEntry& entry) {
  std::string time = std::to_string(entry.t_ms);
  time.insert(0, time.size() < 6 ? 6 - time.size() : 0, ' ');
  std::string kind = entry.kind;
  kind.resize(9, ' ');
  std::string line = time + " ms  " + kind;
  if (!entry.tool.empty()) line += entry.tool + " ";
  if (!entry.args.empty() && entry.kind == "called") line += entry.args + " ";
  if (!entry.error_type.empty()) line += entry.error_type + ": ";
  line += entry.text;
  return line;
}

}  // namespace callosum::app
