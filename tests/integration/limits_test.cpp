// What the gateway holds at once, driven from outside until it is full.
#include <fstream>
#include <gmock/gmock.h>
#include <list>
#include <sys/resource.h>
#include <unistd.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "raw_client.hpp"
#include "sanitized.hpp"
#include "served.hpp"
#include "stage.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Programs that are started meanwhile may open so much.
class LowLimit {
 public:
  explicit LowLimit(rlim_t open_files) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit low{open_files, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
  }
  ~LowLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

std::size_t open_files(Gateway& gateway) {
  std::size_t count = 0;
  const auto folder = "/proc/" + std::to_string(gateway.process().pid()) + "/fd";
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

/// What is freed stays with a sanitizer for a while: there the growth says nothing.
constexpr std::size_t kMayGrowKib = kIsSanitized ? 4 * 1024 * 1024 : 24 * 1024;

/// User and system time it has had so far.
std::chrono::milliseconds cpu_time(Gateway& gateway) {
  std::ifstream file("/proc/" + std::to_string(gateway.process().pid()) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto fields = split(std::string_view(text).substr(text.rfind(')') + 2), ' ');
  const auto ticks = std::stol(std::string(fields[11])) + std::stol(std::string(fields[12]));
  return std::chrono::milliseconds(ticks * 1000 / ::sysconf(_SC_CLK_TCK));
}

std::size_t resident_kib(Gateway& gateway) {
  std::ifstream file("/proc/" + std::to_string(gateway.process().pid()) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

std::vector<std::string> key(const Gateway& gateway) {
  return {"Authorization: Bearer " + gateway.token()};
}

void ask_for(RawClient& client, const std::string& text) {
  client.send(client_frame(
      1, R"({"type":"conversation.item.create","item":{"type":"message","role":"user",)"
         R"("content":[{"type":"input_text","text":")" +
             text + "\"}]}}"));
  client.send(client_frame(1, R"({"type":"response.create"})"));
}

Gateway to_the_cloud(Cloud& cloud, std::vector<std::string> more = {}) {
  std::vector<std::string> options{"--set", "provider=openai", "--set",
                                   "providers.openai.url=" + cloud.url()};
  options.insert(options.end(), more.begin(), more.end());
  return Gateway(options, {{"OPENAI_API_KEY", "anything"}});
}

TEST(Limits, OfCoreFilesLeaveNoneWithKeysInIt) {
  Gateway demo;
  Served served;

  for (auto* process : {&demo.process(), &served.process()}) {
    std::ifstream file("/proc/" + std::to_string(process->pid()) + "/limits");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    EXPECT_THAT(text, ::testing::ContainsRegex("Max core file size +0 +0 "));
  }
}

TEST(Limits, OfOpenFilesLeaveThoseWithinUntouchedAndTellTheOthersToComeLater) {
  constexpr rlim_t kOpenFiles = 128;
  Cloud cloud;
  std::optional<LowLimit> low(kOpenFiles);
  auto gateway = to_the_cloud(cloud, {"--set", "threads=2"});
  low.reset();

  std::list<RawClient> within;
  std::list<RawClient> beyond;
  for (int i = 0; i < 100 && beyond.size() < 5; ++i) {
    RawClient& client = within.emplace_back(gateway.port());
    const int status = client.upgrade("/v1/realtime", key(gateway));
    if (status == 101) continue;
    EXPECT_EQ(status, 503);
    EXPECT_THAT(client.head(), HasSubstr("Retry-After: "));
    const auto body = parse_strict(client.read_to_end());
    ASSERT_TRUE(body);
    EXPECT_EQ(body->at("error").at("type").as_string(), "TRANSIENT");
    beyond.splice(beyond.end(), within, std::prev(within.end()));
  }

  EXPECT_EQ(beyond.size(), 5u);
  EXPECT_GE(within.size(), 10u);
  EXPECT_LT(open_files(gateway), kOpenFiles);
  for (auto& client : within) {
    EXPECT_TRUE(client.find_frame(1, "session.created"));
    ask_for(client, "hello");
    EXPECT_TRUE(client.find_frame(1, "response.done"));
  }
  expect_well(gateway);
  within.pop_front();
  const auto one_more = [&] {
    RawClient client(gateway.port());
    return client.upgrade("/v1/realtime", key(gateway)) == 101;
  };
  EXPECT_TRUE(eventually(one_more, 10s));
}

TEST(Limits, OfSessionsHoldForAllThreadsTogether) {
  Gateway gateway({"--set", "limits.sessions=3", "--set", "threads=2"});
  std::list<RawClient> within;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(within.emplace_back(gateway.port()).upgrade("/v1/realtime", key(gateway)), 101);
  }
  RawClient beyond(gateway.port());

  EXPECT_EQ(beyond.upgrade("/v1/realtime", key(gateway)), 503);
  // The upgrade is answered before its session begins.
  EXPECT_TRUE(eventually([&] { return metric(gateway, "sessions") == 3; }, 10s));
}

TEST(Limits, OfOpenFilesReachedAllTheSameNeitherCostACallNorAProcessor) {
  Gateway gateway;
  RawClient caller(gateway.port());
  ASSERT_EQ(caller.upgrade("/v1/realtime", key(gateway)), 101);
  ask_for(caller, "hello");
  ASSERT_TRUE(caller.find_frame(1, "response.done"));
  rlimit before{};
  ::prlimit(gateway.process().pid(), RLIMIT_NOFILE, nullptr, &before);
  const rlimit none{3, before.rlim_max};
  ::prlimit(gateway.process().pid(), RLIMIT_NOFILE, &none, nullptr);
  RawClient waiting(gateway.port());
  waiting.send("GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  const auto cpu_before = cpu_time(gateway);
  const auto until = std::chrono::steady_clock::now() + 2s;
  eventually([&] { return std::chrono::steady_clock::now() > until; }, 5s);
  const auto cpu = cpu_time(gateway) - cpu_before;
  ask_for(caller, "hello");
  const bool goes_on = caller.find_frame(1, "response.done").has_value();
  ::prlimit(gateway.process().pid(), RLIMIT_NOFILE, &before, nullptr);

  EXPECT_LT(cpu, 300ms);
  EXPECT_TRUE(goes_on);
  EXPECT_THAT(waiting.read_to_end(), HasSubstr("200 OK"));
}

TEST(Limits, ThatLeaveNoRoomForACallAreSaidAtTheStart) {
  for (const rlim_t open_files : {10u, 12u, 16u, 20u, 24u, 32u, 40u}) {
    // A sanitizer opens files to look at an object's type, and takes the want of one for a bug.
    if (kIsSanitized && open_files < 16) continue;
    const TempFolder folder;
    std::optional<LowLimit> low(open_files);
    const auto process = start_callosum(
        {"demo", "--listen", "127.0.0.1:0", "--set", "threads=2", "--data", folder.path().string()},
        {});
    low.reset();
    const auto ended = process->wait(60s);

    ASSERT_TRUE(ended) << open_files;
    EXPECT_EQ(ended->status, 1) << open_files << ended->err;
    EXPECT_THAT(ended->err, HasSubstr("open files")) << open_files;
  }
}

TEST(Limits, OfOneAddressAreKept) {
  Gateway gateway({"--set", "limits.connections_per_address=3"});
  std::list<RawClient> within;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(within.emplace_back(gateway.port()).upgrade("/v1/realtime", key(gateway)), 101);
  }
  RawClient beyond(gateway.port());
  const int status = beyond.upgrade("/v1/realtime", key(gateway));

  EXPECT_EQ(status, 429);
  EXPECT_THAT(beyond.head(), HasSubstr("Retry-After: "));
  within.pop_front();
  EXPECT_TRUE(eventually([&] { return metric(gateway, "sessions") == 2; }, 10s));
  EXPECT_TRUE(
      eventually([&] { return metric(gateway, "connections_refused_total", "address") > 0; }, 10s));
}

TEST(Limits, OfWhatWaitsForDeafCallersCostThemAndNobodyElse) {
  constexpr int kDeaf = 8;
  constexpr int kRounds = 4;
  Cloud cloud;
  auto gateway =
      to_the_cloud(cloud, {"--set", "limits.queued_bytes=1048576", "--set", "log.level=info"});
  const std::string word(1'500, 'a');  // a minute of sound, and one piece of transcript
  cloud.follow("rules:\n  - when: {text: flood}\n    preamble: " + word + "\n    say: " + word +
               "\n  - when: {text: control}\n    say: Here it comes.\n"
               "    faults: [{kind: huge_event, at: 3, bytes: 200000, count: 60}]\n");
  type(gateway, "warm up");
  const auto rss_before = resident_kib(gateway);
  std::list<RawClient> deaf;
  for (int i = 0; i < kDeaf; ++i) {
    constexpr int kLittle = 4096;
    ASSERT_EQ(deaf.emplace_back(gateway.port(), kLittle).upgrade("/v1/realtime", key(gateway)),
              101);
  }
  const auto responses = [&] { return cloud.stats().at("responses").to_number<int>(); };
  std::size_t rss_most = 0;
  double queued_most = 0;
  for (int round = 1; round <= kRounds; ++round) {
    const auto before = responses();
    for (auto& client : deaf) ask_for(client, "flood");
    EXPECT_TRUE(eventually([&] { return responses() >= before + kDeaf; }, 20s));
    rss_most = std::max(rss_most, resident_kib(gateway));
    queued_most = std::max(queued_most, metric(gateway, "queued_bytes"));
    const auto call = type(gateway, "hello there");
    EXPECT_THAT(call.said(), HasSubstr("You said: hello there"));
  }
  // They have lost audio, and nothing else yet.
  EXPECT_TRUE(eventually([&] { return metric(gateway, "sessions") == kDeaf; }, 10s));
  EXPECT_GT(metric(gateway, "audio_frames_dropped_total", "to_caller"), 100);
  EXPECT_LT(rss_most, rss_before + kMayGrowKib);
  EXPECT_LE(queued_most, 1.1 * (1 << 20));  // each alone might hold half of it: four together

  for (auto& client : deaf) ask_for(client, "control");
  EXPECT_TRUE(eventually([&] { return metric(gateway, "sessions") == 0; }, 30s));

  const auto log = gateway.process().errors();
  std::size_t ended_as_slow = 0;
  for (const auto line : split(log, '\n')) {
    const bool is_end = line.find("session_ended") != std::string_view::npos;
    if (is_end && line.find("1008") != std::string_view::npos) ++ended_as_slow;
  }
  EXPECT_EQ(ended_as_slow, static_cast<std::size_t>(kDeaf)) << log;
  EXPECT_EQ(metric(gateway, "queued_bytes"), 0);
  EXPECT_LT(resident_kib(gateway), rss_before + kMayGrowKib);
  expect_well(gateway);
}

}  // namespace
}  // namespace callosum::testing
