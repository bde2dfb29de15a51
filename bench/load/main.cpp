// The load driver: starts a server, plays callers and provider around it, prints one JSON line of
// figures.
#include <cstdio>
#include <map>

#include "load/modes.hpp"

using namespace callosum::bench;

int main(int argc, char** argv) {
  using Measure = Figures (*)(Driver&, const LoadOptions&);
  const std::map<std::string, Measure> modes = {
      {"turnaround", measure_turnaround},
      {"throughput", measure_throughput},
      {"relay", measure_relay},
      {"start", measure_start},
      {"idle", measure_idle},
      {"execute", measure_execute},
  };
  const auto options = parse_options(argc, argv);
  const auto mode = modes.find(options.mode);
  if (mode == modes.end()) die("no mode " + options.mode);

  Driver driver(options);
  driver.start_server();
  auto figures = mode->second(driver, options);
  figures.emplace_back("ready_ms", static_cast<double>(driver.server().ready_after()) / 1e6);
  std::printf("{\"mode\":\"%s\"", options.mode.c_str());
  for (const auto& [name, value] : figures) std::printf(",\"%s\":%.6g", name.c_str(), value);
  std::printf("}\n");
  return 0;
}
