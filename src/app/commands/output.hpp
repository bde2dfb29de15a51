#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

namespace callosum::app {

/// Where a command writes: results to `out`, everything said about them to `err`. A test collects
/// them.
struct Output {
  std::function<void(std::string_view)> out;
  std::function<void(std::string_view)> err;
};

inline Output standard_output() {
  const auto to = [](std::FILE* file) {
    return [file](std::string_view text) {
      std::fwrite(text.data(), 1, text.size(), file);
      std::fflush(file);
    };
  };
  return {to(stdout), to(stderr)};
}

}  // namespace callosum::app
