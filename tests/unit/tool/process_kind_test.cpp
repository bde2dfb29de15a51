#include "tool/process/process_kind.hpp"

#include <csignal>
#include <dirent.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>
#include <sys/wait.h>
#include <thread>

#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "real_world.hpp"
#include "sanitized.hpp"
#include "tool/process/line_protocol.hpp"

namespace callosum::tool::process {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A worker starts within it.
constexpr auto kWithin = testing::kIsSanitized ? 4000ms : 400ms;
/// What a loaded machine may add; a worker that hangs does so for ever.
constexpr auto kSlack = testing::kIsSanitized ? 2000ms : 100ms;

/// Keeps the texts of what is logged.
class KeptLog final : public telemetry::Log {
 public:
  bool is_on(telemetry::LogLevel) const noexcept override { return true; }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  /// Of workers that ended, each one's.
  std::vector<std::int64_t> pauses_ms() {
    const std::lock_guard lock(mutex_);
    return pauses_ms_;
  }

 protected:
  void write(telemetry::LogLevel, std::string_view event,
             telemetry::LogFields fields) noexcept override {
    const std::lock_guard lock(mutex_);
    text_ += event;
    for (const auto& field : fields) {
      if (const auto* said = std::get_if<std::string_view>(&field.value)) {
        text_ += " " + std::string(field.key) + "=" + std::string(*said);
      }
      const auto* number = std::get_if<std::int64_t>(&field.value);
      if (number != nullptr && field.key == "pause_ms") pauses_ms_.push_back(*number);
    }
    text_ += "\n";
  }

 private:
  std::mutex mutex_;
  std::string text_;
  std::vector<std::int64_t> pauses_ms_;
};

struct Ended {
  Result<ToolOutput> output;
  std::chrono::nanoseconds took;
  ErrorType error() const { return output ? ErrorType::internal : output.error().type; }
  std::string data() const {
    return output ? canonical_json(output->data) : output.error().message;
  }
};

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

bool is_running(int pid) { return ::kill(pid, 0) == 0; }

/// Waits a moment for what the kernel does on its own.
bool comes_true(const std::function<bool()>& what) {
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (!what()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

/// A pack's folder with the worker of the tests in it.
struct ProcessWorld {
  testing::TempFolder folder;
  testing::RealWorld world;
  KeptLog log;
  config::Config config;
  registry::Pack pack;
  std::unique_ptr<ToolKind> kind;

  ProcessWorld() {
    pack.name = "test";
    pack.folder = folder.path();
    fs::copy_file(fs::path(CALLOSUM_BINARY_DIR) / "bin" / "tool_worker", folder.path() / "worker");
    config.secrets["key"].value = Secret("sesame");
  }

  static registry::ToolSpec make_tool(const std::string& name, const std::string& extra = "",
                                      registry::Access access = registry::Access::read) {
    registry::ToolSpec tool;
    tool.name = name;
    tool.access = access;
    tool.run.kind = "process";
    tool.run.config = parse_strict(R"({"process":{"command":["./worker"],"limits":{"memory_mb":0},)"
                                   R"("env":{"API_KEY":{"secret":"key"}})" +
                                   extra + "}}")
                          .value();
    return tool;
  }

  std::unique_ptr<ToolHandler> load(const registry::ToolSpec& tool) {
    if (!kind) kind = make_process_kind(config, log);
    auto handler = kind->make(tool, pack);
    EXPECT_TRUE(handler) << (handler ? "" : handler.error().message);
    return std::move(*handler);
  }

  asio::awaitable<Result<ToolOutput>> start(ToolHandler& handler, const registry::ToolSpec& tool,
                                            std::chrono::nanoseconds within) {
    registry::CallContext context;
    context.tenant_id = "tenant-a";
    context.subject = "ann";
    context.session_id = "s1";
    const std::string key = "openai:call_1";
    const json::object arguments{{"id", "7"}};
    const Invocation invocation{tool, arguments, context, key};
    const auto deadline = world.in(within);
    auto work = handler.run(invocation, deadline);
    co_return co_await async::with_deadline(deadline, std::move(work));
  }

  Ended run(ToolHandler& handler, const registry::ToolSpec& tool,
            std::chrono::nanoseconds within = 10s) {
    const auto start_time = std::chrono::steady_clock::now();
    auto output = world.run(start(handler, tool, within));
    return {std::move(output), std::chrono::steady_clock::now() - start_time};
  }
  Ended run(const registry::ToolSpec& tool, std::chrono::nanoseconds within = 10s) {
    const auto handler = load(tool);
    return run(*handler, tool, within);
  }
};

TEST(ProcessKind, HandsACallToTheWorkerAndItsAnswerBack) {
  ProcessWorld world;

  const auto ended = world.run(ProcessWorld::make_tool("echo"));

  ASSERT_TRUE(ended.output) << ended.data();
  auto call = ended.output->data.as_object();
  EXPECT_TRUE(call.at("context").as_object().at("deadline_ms").is_int64());
  call.at("context").as_object().erase("deadline_ms");
  call.erase("id");
  EXPECT_EQ(
      canonical_json(call),
      R"({"arguments":{"id":"7"},"context":{"principal":"ann","registry_version":"","session":"s1","state":{"channel":"voice","epoch":0,"mode":"","turn":0},"tenant":"tenant-a"},"idempotency_key":"openai:call_1","tool":"echo"})");
}

TEST(ProcessKind, GivesTheWorkerNothingButWhatTheManifestLists) {
  ProcessWorld world;
  ::setenv("LISTED_LANGUAGE", "en", 1);
  auto tool = ProcessWorld::make_tool("around");
  tool.run.config = parse_strict(R"({"process":{"command":["./worker"],)"
                                 R"("limits":{"memory_mb":0,"files":50},)"
                                 R"("env":{"PLAIN":"text","MINE":{"from":"LISTED_LANGUAGE"}}}})")
                        .value();

  const auto ended = world.run(tool);

  ASSERT_TRUE(ended.output) << ended.data();
  const auto& around = ended.output->data.as_object();
  EXPECT_EQ(canonical_json(around.at("env")), R"(["PLAIN=text","MINE=en"])");
  EXPECT_EQ(canonical_json(around.at("fds")), "[0,1,2]");
  EXPECT_EQ(around.at("cwd").as_string(), fs::canonical(world.folder.path()).string());
  EXPECT_TRUE(around.at("leads_group").as_bool());
  EXPECT_FALSE(around.at("blocks_term").as_bool());
  EXPECT_EQ(around.at("files").to_number<int>(), 50);
  EXPECT_EQ(around.at("core").to_number<int>(), 0);
}

TEST(ProcessKind, KeepsOneWorkerForTheToolsThatSayTheSame) {
  ProcessWorld world;
  const auto tool = ProcessWorld::make_tool("around");
  const auto first = world.load(tool);
  const auto second = world.load(tool);
  const auto other = world.load(ProcessWorld::make_tool("around", R"(,"concurrency":2)"));
  const auto pid = [&](ToolHandler& handler) {
    return world.run(handler, tool).output->data.at("pid").as_int64();
  };

  EXPECT_EQ(pid(*first), pid(*first));
  EXPECT_EQ(pid(*first), pid(*second));
  EXPECT_NE(pid(*first), pid(*other));
}

TEST(ProcessKind, TakesAnswersInAnyOrder) {
  ProcessWorld world;
  const auto tool = ProcessWorld::make_tool("swap", R"(,"concurrency":2)");
  const auto handler = world.load(tool);
  Result<ToolOutput> first = fail(ErrorType::internal, "");
  Result<ToolOutput> second = first;

  for (auto* result : {&first, &second}) {
    asio::co_spawn(world.world.context(), world.start(*handler, tool, 10s),
                   [result](const std::exception_ptr&, Result<ToolOutput> output) {
                     *result = std::move(output);
                   });
  }
  world.world.context().run();

  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->data, "first");
  EXPECT_EQ(second->data, "second");
}

TEST(ProcessKind, KillsAWorkerThatHangsWithItsGroupAndStartsAnother) {
  ProcessWorld world;
  const auto forks = ProcessWorld::make_tool("fork");
  const auto hangs = ProcessWorld::make_tool("hang");
  const auto echoes = ProcessWorld::make_tool("echo");
  const auto handler = world.load(forks);
  const auto forked = world.run(*handler, forks);
  ASSERT_TRUE(forked.output) << forked.data();
  const auto worker = static_cast<int>(forked.output->data.at("pid").as_int64());
  const auto child = static_cast<int>(forked.output->data.at("child").as_int64());

  const auto hung = world.run(*handler, hangs, kWithin);

  EXPECT_EQ(hung.error(), ErrorType::timeout);
  EXPECT_LE(hung.took, kWithin + kSlack);
  EXPECT_TRUE(comes_true([&] { return !is_running(worker); })) << "and reaped";
  // Its parent is gone, so that who reaps it is another's business: at most a zombie is left.
  EXPECT_TRUE(comes_true([&] {
    std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
    const std::string text((std::istreambuf_iterator<char>(stat)), {});
    return text.empty() || text.find(") Z ") != std::string::npos;
  }));
  EXPECT_TRUE(world.run(*handler, echoes).output) << "after a pause another one answers";
}

TEST(ProcessKind, DoesNotKnowOfAWriteWhoseWorkerWasLost) {
  for (const char* name : {"hang", "die", "nonsense", "endless"}) {
    ProcessWorld world;

    const auto write =
        world.run(ProcessWorld::make_tool(name, "", registry::Access::write), kWithin);

    EXPECT_EQ(write.error(), ErrorType::outcome_unknown) << name << ": " << write.data();
    EXPECT_LE(write.took, kWithin + kSlack) << name;
  }
}

TEST(ProcessKind, TellsAReadWhatBecameOfIt) {
  const std::pair<const char*, ErrorType> rows[] = {{"hang", ErrorType::timeout},
                                                    {"die", ErrorType::transient},
                                                    {"nonsense", ErrorType::invalid_output},
                                                    {"endless", ErrorType::output_too_large}};
  for (const auto& [name, type] : rows) {
    ProcessWorld world;

    const auto read = world.run(ProcessWorld::make_tool(name), kWithin);

    EXPECT_EQ(read.error(), type) << name << ": " << read.data();
    EXPECT_LE(read.took, kWithin + kSlack) << name;
  }
}

TEST(ProcessKind, HearsTheLastWordsOfAWorkerThatEnds) {
  ProcessWorld world;
  const auto tool = ProcessWorld::make_tool("answer_and_go");
  const auto handler = world.load(tool);

  for (int i = 0; i < 3; ++i) EXPECT_EQ(world.run(*handler, tool).data(), "\"last words\"");
}

TEST(ProcessKind, PassesOverAnAnswerToNobody) {
  ProcessWorld world;

  EXPECT_EQ(world.run(ProcessWorld::make_tool("stranger")).data(), "2");
}

TEST(ProcessKind, RestsLongerAfterEachFailureAndSendsNothingMeanwhile) {
  ProcessWorld world;
  const auto dies = ProcessWorld::make_tool("die", "", registry::Access::write);
  const auto handler = world.load(dies);
  world.run(*handler, dies);

  const auto soon = world.run(*handler, dies, 50ms);

  EXPECT_EQ(soon.error(), ErrorType::transient) << soon.data();
  EXPECT_EQ(world.run(*handler, dies, 5s).error(), ErrorType::outcome_unknown);
  EXPECT_THAT(world.log.text(), HasSubstr("how=exit 3"));
}

TEST(ProcessKind, RestsTwiceAsLongAfterEachFailure) {
  ProcessWorld world;
  const auto dies = ProcessWorld::make_tool("die", "", registry::Access::write);
  const auto handler = world.load(dies);

  // A call waits for its worker's rest to end.
  for (int i = 0; i < 4; ++i) world.run(*handler, dies);

  ASSERT_TRUE(comes_true([&] { return world.log.pauses_ms().size() == 4; })) << world.log.text();
  const auto pauses = world.log.pauses_ms();
  for (std::size_t i = 1; i < pauses.size(); ++i) EXPECT_EQ(pauses[i], 2 * pauses[i - 1]);
}

/// A tool whose worker may have no more than this.
registry::ToolSpec limited(const std::string& name, const std::string& limits,
                           registry::Access access = registry::Access::read) {
  auto tool = ProcessWorld::make_tool(name, "", access);
  tool.run.config =
      parse_strict(R"({"process":{"command":["./worker"],"limits":)" + limits + "}}").value();
  return tool;
}

TEST(ProcessLimits, AreAllSetAsTheManifestSays) {
  ProcessWorld world;

  const auto ended = world.run(
      limited("around", R"({"memory_mb":0,"cpu_s":77,"files":60,"file_mb":3,"processes":5000})"));

  ASSERT_TRUE(ended.output) << ended.data();
  const auto& around = ended.output->data.as_object();
  const auto limit = [&](const char* name) { return around.at(name).to_number<std::uint64_t>(); };
  EXPECT_EQ(limit("cpu_s"), 77U);
  EXPECT_EQ(limit("files"), 60U);
  EXPECT_EQ(limit("file_bytes"), 3U << 20);
  EXPECT_EQ(limit("processes"), 5000U);  // of the user: who runs this may be let off
  EXPECT_EQ(limit("core"), 0U);
}

TEST(ProcessLimits, OfAFileCutItThere) {
  ProcessWorld world;

  const auto ended = world.run(limited("fill_file", R"({"memory_mb":0,"file_mb":1})"));

  EXPECT_EQ(ended.data(), std::to_string(1 << 20));
}

TEST(ProcessLimits, OfTimeEndAWorkerThatComputesForEver) {
  ProcessWorld world;

  // A read would be tried again.
  const auto spins = limited("spin", R"({"memory_mb":0,"cpu_s":1})", registry::Access::write);
  const auto ended = world.run(spins, 60s);

  EXPECT_EQ(ended.error(), ErrorType::outcome_unknown) << ended.data();
  EXPECT_LT(ended.took, 60s);
  EXPECT_TRUE(comes_true([&] { return world.log.text().find("how=signal") != std::string::npos; }));
}

TEST(ProcessLimits, OfMemoryGiveNoMore) {
  if constexpr (testing::kIsSanitized) GTEST_SKIP() << "its shadow is larger than any limit";
  ProcessWorld world;

  EXPECT_EQ(world.run(limited("take_memory", R"({"memory_mb":700})")).data(), "false");
  EXPECT_EQ(world.run(limited("take_memory", R"({"memory_mb":4000})")).data(), "true");
  const auto around = world.run(limited("around", R"({"memory_mb":700})"));
  ASSERT_TRUE(around.output) << around.data();
  EXPECT_EQ(around.output->data.at("memory").to_number<std::uint64_t>(), 700ULL << 20);
}

TEST(ProcessKind, SaysWhatTheWorkerSaysButNoSecret) {
  ProcessWorld world;

  const auto failed = world.run(ProcessWorld::make_tool("fail"));
  const auto talked = world.run(ProcessWorld::make_tool("talk"));

  EXPECT_EQ(failed.error(), ErrorType::not_found);
  EXPECT_EQ(failed.data(), "no such thing, key ***");
  EXPECT_TRUE(talked.output);
  EXPECT_TRUE(comes_true([&] { return world.log.text().find("line 99 ") != std::string::npos; }));
  EXPECT_THAT(world.log.text(), HasSubstr("tool_worker_says pack=test worker="));
  EXPECT_THAT(world.log.text(), HasSubstr("line=line 0 with ***"));
  EXPECT_THAT(world.log.text(), Not(HasSubstr("sesame")));
  EXPECT_THAT(world.log.text(), Not(HasSubstr("line 100 "))) << "a hundred a minute";
}

TEST(ProcessKind, LeavesNoZombieAndNoDescriptorBehind) {
  const auto before = open_descriptors();
  {
    ProcessWorld world;
    for (const char* name : {"echo", "hang", "die", "answer_and_go"}) {
      const auto tool = ProcessWorld::make_tool(
          name, std::string(R"(,"max_line_bytes":)") + std::to_string(2000 + std::strlen(name)));
      for (int i = 0; i < 2; ++i) world.run(tool, kWithin);
    }
    const auto tool = ProcessWorld::make_tool("echo");
    world.run(tool);
  }

  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "no child is left, running or not";
}

TEST(ProcessKind, EndsInTheMiddleOfACallWithoutHanging) {
  ProcessWorld world;
  const auto tool = ProcessWorld::make_tool("hang", "", registry::Access::write);
  auto handler = world.load(tool);
  std::optional<Result<ToolOutput>> result;
  asio::co_spawn(
      world.world.context(), world.start(*handler, tool, 10s),
      [&](const std::exception_ptr&, Result<ToolOutput> output) { result = std::move(output); });
  world.world.context().run_for(200ms);

  handler.reset();  // as a retired edition would, were it not for its calls
  world.world.context().run_for(5s);

  ASSERT_TRUE(result);
  EXPECT_EQ(result->error().type, ErrorType::outcome_unknown);
  EXPECT_THAT(world.log.text(), Not(HasSubstr("tool_worker_ended"))) << "as it was told to";
}

TEST(ProcessKind, SaysOfAManifestWhatIsWrong) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({})", "run.process.command: needed"},
      {R"({"command":"./worker"})", "run.process.command: expected a list of texts"},
      {R"({"command":[]})", "run.process.command: expected a program and its arguments"},
      {R"({"command":["./nobody"]})", "run.process.command: "},
      {R"({"command":["python3"]})", "whole path, such as /usr/bin/python3"},
      {R"({"command":["../worker"]})", "inside the pack's folder"},
      {R"({"command":["./text"]})", "may not be executed"},
      {R"({"command":["./worker"],"comand":1})", "run.process.comand: unknown key; did you mean"},
      {R"({"command":["./worker"],"concurrency":0})", "run.process.concurrency: expected a whole"},
      {R"({"command":["./worker"],"env":{"A":7}})", "run.process.env.A: expected text"},
      {R"({"command":["./worker"],"env":{"a b":"x"}})", "run.process.env.a b: "},
      {R"({"command":["./worker"],"env":["LD_PRELOAD"]})", "run.process.env.LD_PRELOAD: "},
      {R"({"command":["./worker"],"env":["OPENAI_API_KEY"]})", "expected {secret: NAME}"},
      {R"({"command":["./worker"],"env":{"A":{"secret":"nope"}}})", "there is no secrets.nope"},
      {R"({"command":["./worker"],"limits":{"memory":1}})",
       "run.process.limits.memory: unknown key; known are memory_mb"},
      {R"({"command":["./worker"],"honours_key":true})", "run.process.honours_key: "},
  };
  ProcessWorld world;
  std::ofstream(world.folder.path() / "text") << "text";
  const auto kind = make_process_kind(world.config, world.log);
  for (const auto& [run, message] : rows) {
    auto tool = ProcessWorld::make_tool("x");
    tool.run.config = json::object{{"process", parse_strict(run).value()}};

    const auto handler = kind->make(tool, world.pack);

    ASSERT_FALSE(handler) << run;
    EXPECT_THAT(handler.error().message, HasSubstr(message)) << run;
  }
}

TEST(LineProtocol, RefusesALineThatIsNoAnswer) {
  for (const char* line : {"", "x", "[]", "{}", R"({"id":1,"ok":true})", R"({"id":"a"})",
                           R"({"id":"a","ok":1})", R"({"id":"a","id":"b","ok":true})"}) {
    EXPECT_FALSE(decode_answer(line, 1000)) << line;
  }
  EXPECT_FALSE(
      decode_answer(R"({"id":"a","ok":true,"data":")" + std::string(100, 'x') + "\"}", 50));
  EXPECT_EQ(decode_answer(R"({"id":"a","ok":true})", 100)->data.value(), json::object());
  const auto type_of = [](const char* line) {
    return decode_answer(line, 1000)->data.error().type;
  };
  EXPECT_EQ(type_of(R"({"id":"a","ok":false,"error":{"type":"CONFLICT"}})"), ErrorType::conflict);
  EXPECT_EQ(type_of(R"({"id":"a","ok":false,"error":{"type":"CONFIRMATION_REQUIRED"}})"),
            ErrorType::permanent);
  EXPECT_EQ(type_of(R"({"id":"a","ok":false,"error":"no"})"), ErrorType::permanent);
  EXPECT_EQ(type_of(R"({"id":"a","ok":false})"), ErrorType::permanent);
}

}  // namespace
}  // namespace callosum::tool::process
