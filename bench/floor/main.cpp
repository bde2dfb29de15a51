#include <cstdlib>
#include <cstring>
#include <string_view>

#include "floor/floor.hpp"

using namespace callosum::bench;

int main(int argc, char** argv) {
  FloorOptions options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const auto value = std::strtoul(argv[i + 1], nullptr, 10);
    if (name == "--port")
      options.port = static_cast<std::uint16_t>(value);
    else if (name == "--upstream")
      options.upstream_port = static_cast<std::uint16_t>(value);
    else if (name == "--answers-calls")
      options.answers_calls = value != 0;
    else if (name == "--update-bytes")
      options.update_bytes = value;
    else if (name == "--output-bytes")
      options.output_bytes = value;
    else if (name == "--create-bytes")
      options.create_bytes = value;
    else if (name == "--caller-bytes")
      options.caller_bytes = value;
    else if (name == "--farewell-frames")
      options.farewell_frames = static_cast<unsigned>(value);
    else
      die("unknown option " + std::string(name));
  }
  if (options.port == 0 || options.upstream_port == 0) {
    die("usage: bench_floor --port PORT --upstream PORT [--answers-calls 1] [--update-bytes N] …");
  }
  raise_descriptor_limit();
  Floor(options).run();
}
