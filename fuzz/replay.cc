// Every fuzz target over its seeds and a few thousand changes of them, the same in every run: what
// a sanitized build tells in seconds where fuzzing itself takes minutes (`./dev fuzz`).
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <sanitizer/common_interface_defs.h>
#include <string>
#include <vector>

#include "fuzz_targets.hpp"  // made by CMake: FUZZ_TARGET(name) for each

namespace fs = std::filesystem;

#define FUZZ_TARGET(name) extern "C" int fuzz_##name(const std::uint8_t*, std::size_t);
FUZZ_TARGETS
#undef FUZZ_TARGET

namespace {

constexpr int kChangesOfASeed = 60;
constexpr std::size_t kLongestInput = 16 * 1024;

struct Target {
  const char* name;
  int (*run)(const std::uint8_t*, std::size_t);
};

#define FUZZ_TARGET(name) Target{#name, fuzz_##name},
constexpr Target kTargets[] = {FUZZ_TARGETS};
#undef FUZZ_TARGET

// What is being tried, for the moment of a crash.
const char* tried_target = "";
std::string tried_input;

void keep_input() {
  const auto path = std::string("fuzz_failed_") + tried_target;
  std::ofstream(path, std::ios::binary) << tried_input;
  std::fprintf(stderr, "fuzz_%s broke on %zu bytes, kept in %s\n", tried_target, tried_input.size(),
               fs::absolute(path).c_str());
}

void keep_input_on_abort(int) { keep_input(); }

std::vector<std::string> seeds_of(const std::string& name) {
  std::vector<fs::path> paths;
  const auto folder = fs::path(CALLOSUM_FUZZ_SEEDS) / name;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> out;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    out.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  if (out.empty()) out = {"", "{}", std::string(64, '\0'), "a line\nand another\n"};
  return out;
}

/// Changes inputs as a fuzzer does that knows nothing of them.
class Changer {
 public:
  explicit Changer(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string change(std::string text) {
    for (auto changes = 1 + below(4); changes > 0; --changes) change_once(text);
    if (text.size() > kLongestInput) text.resize(kLongestInput);
    return text;
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

  void change_once(std::string& text) {
    const auto at = below(text.size() + 1);
    const auto length = 1 + below(std::min<std::size_t>(text.size() - at + 1, 64));
    const auto& other = seeds_[below(seeds_.size())];
    const auto line = other.find('\n', below(other.size() + 1));
    switch (below(6)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      case 3:
        text.insert(at, other.substr(below(other.size() + 1), length));
        break;
      case 4:
        text.replace(at, std::string::npos, line == std::string::npos ? "" : other.substr(line));
        break;
      default:
        text.insert(at, length, static_cast<char>(random_()));
    }
  }

  const std::vector<std::string>& seeds_;
  std::mt19937_64 random_{20'261'122};
};

class FuzzTarget : public ::testing::TestWithParam<Target> {};

TEST_P(FuzzTarget, BearsItsSeedsAndChangesOfThem) {
  const auto [name, run] = GetParam();
  const auto seeds = seeds_of(name);
  Changer changer(seeds);
  tried_target = name;
  const auto try_one = [run = run](std::string input) {
    tried_input = std::move(input);
    EXPECT_EQ(run(reinterpret_cast<const std::uint8_t*>(tried_input.data()), tried_input.size()),
              0);
  };
  for (const auto& seed : seeds) {
    try_one(seed);
    for (int each = 0; each < kChangesOfASeed; ++each) try_one(changer.change(seed));
  }
}

INSTANTIATE_TEST_SUITE_P(All, FuzzTarget, ::testing::ValuesIn(kTargets),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  __sanitizer_set_death_callback(keep_input);
  std::signal(SIGABRT, keep_input_on_abort);
  return RUN_ALL_TESTS();
}
