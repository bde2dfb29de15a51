// The packs change while calls go on: those that are open keep what they began with.
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

constexpr const char* kReload = "/api/admin/registry/reload";
constexpr const char* kHours = "what are your opening hours";
constexpr const char* kOldReply = "reply_empty: I do not have our hours here.";
constexpr const char* kNewReply = "reply_empty: Our hours are a secret.";

std::unique_ptr<Served> serve(const std::vector<std::string>& options = {}) {
  auto gateway = std::make_unique<Served>(options);
  const auto made =
      gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
  EXPECT_EQ(made.status, 201) << made.body;
  return gateway;
}

/// The registry's version in each audited call, oldest first, once `count` of them are written.
std::vector<std::string> audited_versions(const Served& gateway, std::size_t count) {
  std::vector<std::string> versions;
  const auto read = [&] {
    versions.clear();
    const auto text = gateway.audit();
    for (const auto line : split(trim(text), '\n')) {
      const auto record = parse_strict(line);
      if (record) versions.emplace_back(record->at("registry_version").as_string());
    }
    return versions.size() >= count;
  };
  EXPECT_TRUE(eventually(read, 10s));
  return versions;
}

json::object reload(const Served& gateway, int status) {
  const auto answer = gateway.ask("POST", kReload);
  EXPECT_EQ(answer.status, status) << answer.body;
  return parse_strict(answer.body).value().as_object();
}

TEST(Reload, LeavesAnOpenCallItsVersionAndGivesANewCallTheNewOne) {
  const auto gateway = serve();
  auto before = std::make_unique<OpenCall>(*gateway, "bella");
  EXPECT_THAT(before->say(kHours), HasSubstr("I do not have our hours here."));
  gateway->edit(kOldReply, kNewReply);

  const auto report = reload(*gateway, 200);
  OpenCall after(*gateway, "bella");

  EXPECT_THAT(before->say(kHours), HasSubstr("I do not have our hours here."));
  EXPECT_THAT(after.say(kHours), HasSubstr("Our hours are a secret."));
  const std::string from(text_at(report, "old_version"));
  const std::string to(text_at(report, "new_version"));
  EXPECT_NE(from, to);
  EXPECT_TRUE(report.at("changed").as_bool());
  EXPECT_THAT(audited_versions(*gateway, 3), ::testing::ElementsAre(from, from, to));
  EXPECT_EQ(gateway->metric("registry_versions_live"), 2);
  before.reset();
  EXPECT_TRUE(eventually([&] { return gateway->metric("registry_versions_live") == 1; }, 20s));
}

TEST(Reload, BringsNewToolsTablesAndPhrasesToNewCallsOnly) {
  const auto gateway = serve();
  OpenCall before(*gateway, "bella");
  gateway->edit("  availability: business_id\n",
                "  availability: business_id\n  specials: business_id\n");
  gateway->edit("tools:\n", R"yaml(tools:
  - name: count_specials
    version: 1.0.0
    summary: How many specials there are.
    description: How many specials there are today.
    category: retrieval
    access: read
    channels: [voice, text]
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {value: {type: integer}}, required: [value]}
    say_on_failure: I cannot count.
    phrases: [how many specials do you have]
    reply: "There are {value} specials."
    run: {result: value, sql: SELECT count(*) AS n FROM specials}
)yaml");
  std::ofstream(gateway->manifest().parent_path() / "schema.sql", std::ios::app)
      << "\nCREATE TABLE IF NOT EXISTS specials (id TEXT PRIMARY KEY, business_id TEXT);\n";

  reload(*gateway, 200);
  OpenCall after(*gateway, "bella");

  EXPECT_THAT(after.say("how many specials do you have"), HasSubstr("There are 0 specials."));
  EXPECT_THAT(before.say("how many specials do you have"), Not(HasSubstr("There are")));
  EXPECT_THAT(before.say(kHours), HasSubstr("I do not have our hours here."));
}

TEST(Reload, WithBrokenPacksServesOnAndNamesFileLineAndField) {
  const auto gateway = serve();
  const auto good = gateway->read(gateway->manifest());
  const auto at = good.find("access: read\n");
  const auto line = std::count(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  gateway->edit("access: read\n", "access: reed\n");

  const auto refusal = reload(*gateway, 422);

  const auto& problem = refusal.at("error").at("problems").as_array().at(0).as_object();
  EXPECT_EQ(text_at(problem, "file"), gateway->manifest().string());
  EXPECT_EQ(problem.at("line").as_int64(), line + 1);
  EXPECT_THAT(std::string(text_at(problem, "field")), HasSubstr("access"));
  EXPECT_THAT(std::string(text_at(problem, "message")), HasSubstr("reed"));
  EXPECT_EQ(gateway->metric("registry_reloads_total{outcome=\"refused\"}"), 1);
  EXPECT_THAT(OpenCall(*gateway, "bella").say(kHours), HasSubstr("I do not have our hours here."));
  EXPECT_TRUE(eventually(
      [&] {
        return gateway->process().errors().find("pack.yaml:" + std::to_string(line + 1)) !=
               std::string::npos;
      },
      10s));
}

TEST(Reload, WithASchemaThatMayNotRunSaysWhichFileAndWhy) {
  const auto gateway = serve();
  const auto schema = gateway->manifest().parent_path() / "schema.sql";
  std::ofstream(schema, std::ios::app) << "\nDROP TABLE bookings;\n";

  const auto refusal = reload(*gateway, 422);

  const auto& problem = refusal.at("error").at("problems").as_array().at(0).as_object();
  EXPECT_EQ(text_at(problem, "file"), schema.string());
  EXPECT_EQ(text_at(problem, "field"), "schema");
  EXPECT_EQ(std::string(text_at(problem, "message")).find(schema.string()), std::string::npos);
  EXPECT_THAT(std::string(text_at(problem, "message")), HasSubstr("not allowed here"));
}

TEST(Reload, ServesOnWhateverBecomesOfThePacks) {
  const auto gateway = serve();
  const auto good = gateway->read(gateway->manifest());
  const auto write = [&](const std::string& text) {
    std::ofstream(gateway->manifest(), std::ios::binary) << text;
  };
  std::vector<std::function<void()>> harms{
      [&] { write(""); },
      [&] { write(good.substr(0, good.size() / 2)); },
      [&] { write(good + std::string(8 << 20, '#')); },
      [&] { write("pack: receptionist\nx: &a [*a, *a]\n"); },
      [&] { write(std::string(5000, '[')); },
      [&] {
        auto text = good;
        write(text.replace(text.find("FROM bookings"), 13, "FROM cookings"));
      },
      [&] {
        std::filesystem::remove(gateway->manifest());
        std::filesystem::create_symlink("pack.yaml", gateway->manifest());
      },
      [&] {
        std::filesystem::remove(gateway->manifest());
        std::filesystem::create_directory(gateway->manifest());
      },
      [&] { std::filesystem::remove_all(gateway->folder() / "packs"); },
  };

  for (std::size_t i = 0; i < harms.size(); ++i) {
    harms[i]();
    const auto refusal = reload(*gateway, 422);
    const auto& problems = refusal.at("error").at("problems").as_array();
    ASSERT_FALSE(problems.empty()) << i;
    EXPECT_THAT(std::string(problems[0].at("file").as_string()), HasSubstr("packs")) << i;
  }

  EXPECT_EQ(gateway->metric("registry_reloads_total{outcome=\"refused\"}"),
            static_cast<double>(harms.size()));
  EXPECT_THAT(OpenCall(*gateway, "bella").say(kHours), HasSubstr("I do not have our hours here."));
}

TEST(Reload, ComesBySighupAsWell) {
  const auto gateway = serve();
  gateway->edit(kOldReply, kNewReply);

  gateway->process().send_signal(SIGHUP);

  const std::string changed = "registry_reloads_total{outcome=\"changed\"}";
  ASSERT_TRUE(eventually([&] { return gateway->metric(changed) == 1; }, 20s));
  EXPECT_THAT(OpenCall(*gateway, "bella").say(kHours), HasSubstr("Our hours are a secret."));
  gateway->process().send_signal(SIGTERM);
  const auto ended = gateway->process().wait(12s);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->status, 0) << ended->err;
}

TEST(Reload, IsRefusedWhereTheRegistryIsLocked) {
  const auto gateway = serve({"--set", "registry.lock=true"});
  gateway->edit(kOldReply, kNewReply);

  const auto refusal = reload(*gateway, 409);
  gateway->process().send_signal(SIGHUP);

  EXPECT_THAT(std::string(text_at(refusal.at("error").as_object(), "message")),
              HasSubstr("registry.lock"));
  const std::string locked = "registry_reloads_total{outcome=\"locked\"}";
  EXPECT_TRUE(eventually([&] { return gateway->metric(locked) == 2; }, 20s));
  EXPECT_THAT(OpenCall(*gateway, "bella").say(kHours), HasSubstr("I do not have our hours here."));
}

TEST(Reload, IsForAdministrators) {
  const auto gateway = serve();
  net::HttpRequest request;
  request.method = "POST";

  EXPECT_EQ(fetch(gateway->admin() + kReload, request).status, 401);
  request.headers.set("Authorization", "Bearer " + Served::token("bella", {"agent"}));
  EXPECT_EQ(fetch(gateway->admin() + kReload, request).status, 403);
}

TEST(Reload, ManyTimesUnderCallsHarmsNone) {
  const auto gateway = serve();
  constexpr int kRounds = 8;
  std::vector<std::unique_ptr<OpenCall>> calls;

  for (int i = 0; i < kRounds; ++i) {
    const auto reply = [](int round) { return "hours in round " + std::to_string(round) + "."; };
    gateway->edit(i == 0 ? "I do not have our hours here." : reply(i - 1), reply(i));
    reload(*gateway, 200);
    calls.push_back(std::make_unique<OpenCall>(*gateway, "bella"));
  }

  for (int i = 0; i < kRounds; ++i) {
    EXPECT_THAT(calls[static_cast<std::size_t>(i)]->say(kHours),
                HasSubstr("hours in round " + std::to_string(i)));
  }
  EXPECT_EQ(gateway->metric("registry_versions_live"), kRounds);
  calls.clear();
  EXPECT_TRUE(eventually([&] { return gateway->metric("registry_versions_live") == 1; }, 20s));
}

/// What the terminal shows until `wanted` is there, or nothing more comes.
std::string read_terminal(int terminal, std::string_view wanted) {
  std::string shown;
  pollfd ready{terminal, POLLIN, 0};
  while (shown.find(wanted) == std::string::npos && ::poll(&ready, 1, 30000) > 0) {
    char bytes[1024];
    const auto got = ::read(terminal, bytes, sizeof bytes);
    if (got <= 0) break;
    shown.append(bytes, static_cast<std::size_t>(got));
  }
  return shown;
}

TEST(Hangup, OfItsOwnTerminalEndsADemoAndASignalByHandReloadsIt) {
  const TempFolder folder;
  const auto run = folder.path().string();
  const auto path = program("callosum");
  const auto data = run + "/data";
  int terminal = -1;
  const pid_t demo = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (demo == 0) {
    ::setenv("XDG_RUNTIME_DIR", run.c_str(), 1);
    ::execl(path.c_str(), "callosum", "demo", "--listen", "127.0.0.1:0", "--data", data.c_str(),
            "--set", "log.level=info", nullptr);
    ::_exit(127);
  }
  const auto hello = read_terminal(terminal, "Stop with Ctrl-C");
  EXPECT_THAT(hello, HasSubstr("Stop with Ctrl-C"));

  ::kill(demo, SIGHUP);
  const auto reloaded = read_terminal(terminal, "registry_unchanged");
  ::close(terminal);

  EXPECT_THAT(reloaded, HasSubstr("registry_unchanged"));
  int status = -1;
  EXPECT_TRUE(eventually([&] { return ::waitpid(demo, &status, WNOHANG) == demo; }, 20s));
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  if (!WIFEXITED(status) && !WIFSIGNALED(status)) ::kill(demo, SIGKILL);
}

}  // namespace
}  // namespace callosum::testing
