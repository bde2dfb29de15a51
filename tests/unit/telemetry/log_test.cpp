#include <fstream>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <thread>
#include <unistd.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "telemetry/log_line.hpp"

namespace callosum::telemetry {
namespace {

class FixedClock final : public Clock {
 public:
  SteadyTime now() const override { return {}; }
  WallTime wall_now() const override { return WallTime(std::chrono::milliseconds(1700000000123)); }
};

std::string json_line(LogFields fields, std::string_view event = "happened") {
  return render_json({FixedClock().wall_now(), LogLevel::info, event, fields, 0});
}

json::object read_back(const std::string& line) {
  const auto value = parse_strict(line);
  EXPECT_TRUE(value) << line;
  return value ? value->as_object() : json::object{};
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "callosum-log-XXXXXX").string();
  return ::mkdtemp(name.data());
}

TEST(LogLine, WritesEachKindOfValueAsJson) {
  const auto line = read_back(
      json_line({{"text", "a \"quoted\" \\ one"}, {"number", -7}, {"real", 0.5}, {"flag", true}}));

  EXPECT_EQ(line.at("ts").as_string(), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(line.at("level").as_string(), "info");
  EXPECT_EQ(line.at("event").as_string(), "happened");
  EXPECT_EQ(line.at("text").as_string(), "a \"quoted\" \\ one");
  EXPECT_EQ(line.at("number").as_int64(), -7);
  EXPECT_EQ(line.at("real").as_double(), 0.5);
  EXPECT_TRUE(line.at("flag").as_bool());
}

TEST(LogLine, StaysValidWhateverTheBytesAre) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 80, '\0');
    for (char& c : text) c = static_cast<char>(random());

    const std::string line = json_line({{text, text}, {"b", text}}, text);

    EXPECT_TRUE(is_valid_utf8(line));
    EXPECT_EQ(line.find('\n'), std::string::npos);
    read_back(line);
  }
}

TEST(LogLine, ReplacesBadUtf8AndKeepsGood) {
  const auto line = read_back(json_line({{"name", "Zo\xc3\xab \xff! \xf0\x9f\x98\x80"}}));

  EXPECT_EQ(line.at("name").as_string(), "Zo\xc3\xab \xef\xbf\xbd! \xf0\x9f\x98\x80");
}

TEST(LogLine, CutsAFieldAtItsCapAndNeverInsideACharacter) {
  std::string text(kMaxFieldBytes - 1, 'a');
  text += "\xc3\xab and more";

  const auto line = read_back(json_line({{"text", text}}));

  EXPECT_EQ(line.at("text").as_string(), std::string(kMaxFieldBytes - 1, 'a') + "\xe2\x80\xa6");
}

TEST(LogLine, WritesWhatIsNotFiniteAsNull) {
  const auto line = read_back(json_line({{"a", std::numeric_limits<double>::quiet_NaN()},
                                         {"b", std::numeric_limits<double>::infinity()}}));

  EXPECT_TRUE(line.at("a").is_null());
  EXPECT_TRUE(line.at("b").is_null());
}

TEST(LogLine, NumbersAKeyThatIsAlreadyThere) {
  const auto line = read_back(json_line({{"event", "x"}, {"a", 1}, {"a", 2}}));

  EXPECT_EQ(line.at("event").as_string(), "happened");
  EXPECT_EQ(line.at("event_2").as_string(), "x");
  EXPECT_EQ(line.at("a_2").as_int64(), 2);
}

TEST(LogLine, SaysHowManyLinesWereLostBeforeIt) {
  const LogLine line{{}, LogLevel::warn, "e", {}, 3};

  EXPECT_EQ(read_back(render_json(line)).at("dropped_lines").as_int64(), 3);
}

TEST(LogLine, CannotMoveATerminalsCursor) {
  const std::string evil = "\x1b[2J\xc2\x9b\xe2\x80\xae\r\nlevel=error";

  const std::string line = render_text({{}, LogLevel::info, "e", {{"name", evil}}, 0});

  for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  EXPECT_EQ(line.find("\xc2\x9b"), std::string::npos);
  EXPECT_EQ(line.find("\xe2\x80\xae"), std::string::npos);
}

TEST(LogLine, IsShortForATerminal) {
  const LogLine line{
      FixedClock().wall_now(), LogLevel::info, "listening", {{"port", 80}, {"at", "a b"}}, 0};

  EXPECT_EQ(render_text(line), "22:13:20.123 info  listening port=80 at=\"a b\"");
}

TEST(Log, WritesLinesOfItsLevelAndAboveToTheFile) {
  const auto folder = make_folder();
  const FixedClock clock;
  {
    auto log = make_log(clock, {.level = LogLevel::warn, .file = folder / "out.log"});
    ASSERT_TRUE(log);

    (*log)->info("quiet");
    (*log)->warn("heard", {{"n", 1}});
    (*log)->error("loud", {{"why", std::string("it broke")}});
  }

  const auto lines = lines_of(folder / "out.log");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(read_back(lines[0]).at("event").as_string(), "heard");
  EXPECT_EQ(read_back(lines[1]).at("why").as_string(), "it broke");
  std::filesystem::remove_all(folder);
}

TEST(Log, CountsEveryLineThatItCouldNotKeep) {
  const auto folder = make_folder();
  const FixedClock clock;
  constexpr int kLines = 20000;
  std::uint64_t dropped = 0;
  {
    auto log = make_log(clock, {.file = folder / "out.log", .queue_lines = 8});
    ASSERT_TRUE(log);

    std::vector<std::thread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&] {
        for (int n = 0; n < kLines / 4; ++n) (*log)->info("line", {{"n", n}});
      });
    }
    for (auto& writer : writers) writer.join();
    dropped = (*log)->dropped();
  }

  const auto lines = lines_of(folder / "out.log");
  EXPECT_EQ(lines.size() + dropped, static_cast<std::size_t>(kLines));
  for (const auto& line : lines) read_back(line);
  std::filesystem::remove_all(folder);
}

TEST(Log, SaysWhichFileItCannotOpen) {
  const FixedClock clock;

  const auto log = make_log(clock, {.file = "/no/such/folder/out.log"});

  ASSERT_FALSE(log);
  EXPECT_NE(log.error().message.find("/no/such/folder/out.log"), std::string::npos);
}

TEST(Log, CountsLinesThatTheDiskRefused) {
  const FixedClock clock;
  auto log = make_log(clock, {.file = "/dev/full"});
  ASSERT_TRUE(log);

  (*log)->error("lost");
  while ((*log)->dropped() == 0) std::this_thread::yield();

  EXPECT_EQ((*log)->dropped(), 1u);
}

}  // namespace
}  // namespace callosum::telemetry
