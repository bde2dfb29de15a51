#include "load/options.hpp"

#include <cstdlib>
#include <functional>
#include <map>
#include <string_view>

#include "wire/socket.hpp"

namespace callosum::bench {
namespace {

constexpr auto kUsage =
    "usage: bench_load --mode turnaround|throughput|relay|start|idle|execute [--sessions N] "
    "[--seconds S] "
    "[--warm-up S] [--calls-per-second N] [--token T] [--tool NAME] [--target T] [--rows N] "
    "[--server-cpu N] "
    "[--driver-cpu N] [--check-ids 0|1] [--server-log FILE] [--profile FILE] -- SERVER ARGS, with "
    "{port} and {provider} where they go";

}  // namespace

LoadOptions parse_options(int argc, char** argv) {
  LoadOptions options;
  using Set = std::function<void(const std::string&)>;
  const auto text = [](std::string& at) -> Set { return [&at](auto& value) { at = value; }; };
  const auto number = [](auto& at) -> Set {
    return [&at](auto& value) {
      at = static_cast<std::decay_t<decltype(at)>>(std::strtod(value.c_str(), nullptr));
    };
  };
  const std::map<std::string, Set, std::less<>> setters = {
      {"--mode", text(options.mode)},
      {"--sessions", number(options.sessions)},
      {"--seconds", number(options.seconds)},
      {"--warm-up", number(options.warm_up_seconds)},
      {"--calls-per-second", number(options.calls_per_second)},
      {"--target", text(options.target)},
      {"--token", text(options.token)},
      {"--tool", text(options.tool)},
      {"--rows", number(options.rows)},
      {"--server-cpu", number(options.server_cpu)},
      {"--driver-cpu", number(options.driver_cpu)},
      {"--check-ids", number(options.checks_ids)},
      {"--server-log", text(options.server_log)},
      {"--profile", text(options.profile)},
  };
  int at = 1;
  for (; at < argc && std::string_view(argv[at]) != "--"; at += 2) {
    const auto found = setters.find(argv[at]);
    if (found == setters.end() || at + 1 >= argc) die(kUsage);
    found->second(argv[at + 1]);
  }
  for (++at; at < argc; ++at) options.command.emplace_back(argv[at]);
  if (options.command.empty()) die(kUsage);
  return options;
}

}  // namespace callosum::bench
