// The commands as a person or a script runs them: what they print, and the status they end with.
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>

#include "audio/wav.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "served.hpp"
#include "stage.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

using ::testing::HasSubstr;

using namespace std::chrono_literals;

class Commands : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { gateway = std::make_unique<Gateway>(); }
  static void TearDownTestSuite() { gateway.reset(); }
  void TearDown() override { expect_well(*gateway); }

  static Process::Ended run(std::vector<std::string> arguments) {
    return run_callosum(std::move(arguments), gateway->environment());
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  void write(const std::string& name, std::string_view bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  void write_sound(const std::string& name, bool is_noise, int rate) const {
    audio::Pcm pcm{.samples = {}, .sample_rate_hz = rate};
    std::uint32_t state = 1;
    for (int i = 0; i < rate; ++i) {
      state = state * 1664525 + 1013904223;
      pcm.samples.push_back(is_noise ? static_cast<std::int16_t>(state >> 20) : 0);
    }
    ASSERT_TRUE(audio::write_wav(path(name), pcm));
  }

  TempFolder folder;
  static std::unique_ptr<Gateway> gateway;
};
std::unique_ptr<Gateway> Commands::gateway;

TEST(AuditHeads, OfTheLogShowThatAChainsEndWasCutOff) {
  Served served({"--set", "log.format=json"});
  const auto tenant = R"({"slug":"bella","timezone":"UTC"})";
  ASSERT_EQ(served.ask("POST", "/api/admin/tenants", tenant).status, 201);
  for (int i = 0; i < 3; ++i) {
    served.ask_of("bella", "POST", "/api/admin/tools/get_policies", R"({"args":{}})");
  }
  ASSERT_TRUE(eventually([&] { return served.metric("audit_chain_records_total") == 3; }, 10s));
  served.process().send_signal(SIGTERM);
  const auto ended = served.process().wait(20s);
  ASSERT_TRUE(ended);
  const auto log = served.folder() / "log";
  std::ofstream(log) << ended->err;
  std::ofstream(served.folder() / "other") << "{}\n";
  const auto verify = [&](const std::string& heads) {
    return run_callosum({"audit", "verify", "--data", served.data().string(), "--heads",
                         (served.folder() / heads).string()},
                        {});
  };

  const auto whole = verify("log");
  {
    const auto opened = storage::sqlite::Connection::open({.path = served.data() / "callosum.db"});
    ASSERT_TRUE((*opened)->execute(
        "DROP TRIGGER audit_is_not_shortened;"
        "DELETE FROM audit WHERE first_seq = (SELECT max(first_seq) FROM audit)"));
  }
  const auto cut = verify("log");

  EXPECT_EQ(whole.status, 0) << whole.err << ended->err;
  EXPECT_EQ(cut.status, 1);
  EXPECT_THAT(cut.err, HasSubstr("was cut off"));
  EXPECT_THAT(verify("other").err, HasSubstr("holds no audit_head"));
  EXPECT_THAT(verify("nowhere").err, HasSubstr("cannot be read"));
}

TEST_F(Commands, SayWhenWhatTheyPrintCannotBeWritten) {
  const auto folder = gateway->data().string();
  const auto data = " --data " + folder;
  const auto shown = run({"tool", "run", "get_policies"}).out;
  EXPECT_THAT(shown, ::testing::ContainsRegex("\"duration_ms\": [0-9.]+,"));
  const auto is_recorded = [&] { return !run({"audit", "export", "--data", folder}).out.empty(); };
  ASSERT_TRUE(eventually(is_recorded, 10s));
  for (const auto& command :
       {"audit export" + data, "audit verify" + data, "tenant list" + data, "token" + data,
        std::string("tools list"), std::string("tools export --for openai --json"),
        std::string("config"), std::string("config --reference"), std::string("--help"),
        std::string("tool run get_policies")}) {
    const std::string shell = program("callosum") + " " + command + " > /dev/full";
    Process process({"/bin/sh", "-c", shell}, gateway->environment());

    const auto ended = process.wait(20s);

    ASSERT_TRUE(ended) << command;
    EXPECT_EQ(ended->status, 1) << command;
    EXPECT_THAT(ended->err, HasSubstr("could not be written to the standard output")) << command;
  }
}

TEST_F(Commands, CallSaysWhatIsWrongWithAFile) {
  write("zero.wav", "");
  write("text.wav", "hello, I am a text and no sound at all");
  write_sound("slow.wav", true, 2000);
  struct Case {
    const char* file;
    const char* expected;
  };

  for (const auto& [file, expected] :
       {Case{"zero.wav", "empty"}, Case{"text.wav", "not a WAV file"}, Case{"slow.wav", "2000 Hz"},
        Case{"missing.wav", "cannot open the WAV file"}}) {
    const auto ended = run({"call", path(file)});

    EXPECT_EQ(ended.status, 1) << file;
    EXPECT_NE(ended.err.find(expected), std::string::npos) << file << ": " << ended.err;
  }
}

TEST_F(Commands, CallTellsWhenThereIsNothingToHear) {
  write_sound("silence.wav", false, 16000);
  write_sound("odd-rate.wav", false, 44100);
  write_sound("noise.wav", true, 16000);
  std::vector<std::unique_ptr<Process>> calls;

  for (const char* file : {"silence.wav", "odd-rate.wav", "noise.wav"}) {
    calls.push_back(start_callosum({"call", path(file), "--save", path(std::string(file) + ".out")},
                                   gateway->environment()));
  }

  for (std::size_t i = 0; i < 2; ++i) {
    const auto silence = calls[i]->wait(60s);
    ASSERT_TRUE(silence);
    EXPECT_EQ(silence->status, 1) << silence->out;
    EXPECT_NE(silence->err.find("nothing was heard"), std::string::npos) << silence->err;
  }
  const auto noise = calls[2]->wait(60s);
  ASSERT_TRUE(noise);
  EXPECT_EQ(noise->out.find("called"), std::string::npos) << noise->out;
}

TEST_F(Commands, CallTypedPrintsAnObjectALine) {
  const auto ended = run({"call", "--text", "when are you open", "--json"});

  EXPECT_EQ(ended.status, 0) << ended.err;
  for (const auto line : split(trim(ended.out), '\n')) {
    const auto parsed = parse_strict(line);
    ASSERT_TRUE(parsed) << line;
    EXPECT_TRUE(parsed->as_object().contains("t_ms")) << line;
  }
  EXPECT_NE(ended.out.find("\"get_working_hours\""), std::string::npos) << ended.out;
}

TEST_F(Commands, CallToNobodySaysWhere) {
  const auto ended = run({"call", "--text", "hello", "--to", "ws://127.0.0.1:1/v1/realtime"});

  EXPECT_EQ(ended.status, 1);
  EXPECT_NE(ended.err.find("127.0.0.1:1"), std::string::npos) << ended.err;
}

TEST_F(Commands, DemoOnAPortInUseNamesIt) {
  const auto address = "127.0.0.1:" + std::to_string(gateway->port());

  const auto ended = run({"demo", "--listen", address, "--data", path("other")});

  EXPECT_EQ(ended.status, 1);
  EXPECT_NE(ended.err.find(address), std::string::npos) << ended.err;
}

TEST_F(Commands, DemoTakesBackWhatItLeftAndCallsSayThatNoneRuns) {
  auto own = std::make_unique<Gateway>();
  const auto left = std::filesystem::path(own->environment().at("XDG_RUNTIME_DIR")) / "callosum";
  ASSERT_TRUE(std::filesystem::exists(left / "token"));

  own->process().send_signal(SIGTERM);
  const auto ended = own->process().wait(30s);
  auto environment = own->environment();
  environment["CALLOSUM_TOKEN"] = own->token();
  std::ofstream(left / "url") << "ws://127.0.0.1:1/v1/realtime\n";
  const auto call = run_callosum({"call", "--text", "hello"}, environment);
  const auto tool = run_callosum({"tool", "run", "get_policies"}, environment);

  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->status, 0) << ended->err;
  EXPECT_FALSE(std::filesystem::exists(left / "token"));
  for (const auto& said : {call.err, tool.err}) {
    EXPECT_NE(said.find("start one with `callosum demo`"), std::string::npos) << said;
  }
}

TEST_F(Commands, ASecondDemoSaysWhichOneIsFoundAndLeavesTheFilesOfAThird) {
  const auto left =
      std::filesystem::path(gateway->environment().at("XDG_RUNTIME_DIR")) / "callosum" / "url";
  std::ifstream before_file(left);
  const std::string before((std::istreambuf_iterator<char>(before_file)), {});
  const auto second = start_callosum({"demo", "--listen", "127.0.0.1:0", "--data", path("second")},
                                     gateway->environment());

  while (second->is_running() && second->read_line(60s) != "Stop with Ctrl-C.") {
  }
  const auto said = second->errors();
  std::ofstream(left) << before;
  second->send_signal(SIGTERM);
  ASSERT_TRUE(second->wait(30s));

  EXPECT_NE(said.find("note: another demo runs at " + gateway->http("")), std::string::npos)
      << said;
  std::ifstream after_file(left);
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(after_file)), {}), before);
  std::ofstream(left.parent_path() / "token") << gateway->token() << "\n";
}

TEST_F(Commands, ServeListensOnTheAddressesThatItsErrorsOffer) {
  for (const auto& [listen, shown] :
       {std::pair{"localhost:0", "http://localhost:"}, {"[::1]:0", "http://[::1]:"}}) {
    const auto served =
        start_callosum({"serve", "--set", "listen=" + std::string(listen), "--set",
                        "admin.listen=" + std::string(listen), "--set", "data=" + path(listen)},
                       {{"HOME", folder.path().string()}});

    const auto line = served->read_line(60s);

    EXPECT_NE(line.find(std::string("listening on ") + shown), std::string::npos)
        << line << served->errors();
    EXPECT_NE(line.find(std::string("admin on ") + shown), std::string::npos) << line;
  }
}

TEST_F(Commands, ServeRefusesAVoiceThatIsNotThere) {
  const auto ended = run({"serve", "--set", "providers.offline.voice=nosuchvoice", "--set",
                          "data=" + path("data"), "--set", "listen=127.0.0.1:0"});

  EXPECT_EQ(ended.status, 1);
  EXPECT_NE(ended.err.find("providers.offline.voice"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("slt, rms, awb, kal16"), std::string::npos) << ended.err;
}

TEST_F(Commands, ConfigNamesTheNearestKnownKey) {
  const auto ended = run({"config", "--set", "lissten=127.0.0.1:1"});

  EXPECT_EQ(ended.status, 1);
  EXPECT_NE(ended.err.find("lissten"), std::string::npos);
  EXPECT_NE(ended.err.find("did you mean listen?"), std::string::npos) << ended.err;
}

TEST_F(Commands, ConfigShowsNoSecret) {
  const std::string key = "an-hs256-key-that-nobody-shall-ever-see-printed";

  const auto ended =
      run_callosum({"config", "--set", "auth.jwt.algorithm=HS256", "--set", "auth.jwt.key=" + key},
                   {{"OPENAI_API_KEY", "sk-very-secret"}});

  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.out.find("***"), std::string::npos);
  EXPECT_EQ(ended.out.find(key), std::string::npos);
  EXPECT_EQ((ended.out + ended.err).find("sk-very-secret"), std::string::npos);
}

TEST_F(Commands, DemoAndLintSayWhereAManifestIsWrong) {
  std::filesystem::copy(std::string(CALLOSUM_SOURCE_DIR) + "/packs", path("packs"),
                        std::filesystem::copy_options::recursive);
  const auto manifest = path("packs/receptionist/pack.yaml");
  std::ifstream in(manifest);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto at = text.find("access: read\n");
  ASSERT_NE(at, std::string::npos);
  const auto line = std::to_string(std::count(text.begin(), text.begin() + at, '\n') + 1);
  std::ofstream(manifest) << text.replace(at, 12, "access: reed");

  const auto demo =
      run({"demo", "--listen", "127.0.0.1:0", "--data", path("data"), "--packs", path("packs")});
  const auto lint = run({"tools", "lint", path("packs")});

  for (const auto& ended : {demo, lint}) {
    EXPECT_EQ(ended.status, 1);
    EXPECT_NE((ended.out + ended.err).find("pack.yaml:" + line + ":"), std::string::npos)
        << ended.out << ended.err;
    EXPECT_NE((ended.out + ended.err).find("access"), std::string::npos);
  }
}

TEST_F(Commands, ToolRunPrintsTheEnvelope) {
  const auto good =
      run({"tool", "run", "get_policies", "--args", R"({"topic":"parking"})", "--json"});
  const auto unknown = run({"tool", "run", "get_rich", "--json"});
  const auto wrong = run({"tool", "run", "get_policies", "--args", R"({"topic":1})", "--json"});
  const auto broken = run({"tool", "run", "get_policies", "--args", "{topic"});

  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_TRUE(parse_strict(trim(good.out)).value().as_object().at("ok").as_bool());
  EXPECT_EQ(unknown.status, 1);
  EXPECT_NE((unknown.out + unknown.err).find("NOT_FOUND"), std::string::npos) << unknown.out;
  EXPECT_EQ(wrong.status, 1);
  EXPECT_NE(wrong.out.find("VALIDATION"), std::string::npos) << wrong.out;
  EXPECT_NE(wrong.out.find("topic"), std::string::npos) << wrong.out;
  EXPECT_EQ(broken.status, 1);
  EXPECT_NE(broken.err.find("--args"), std::string::npos) << broken.err;
}

TEST_F(Commands, TokenIsAloneOnTheLastLineAndWorks) {
  const auto minted =
      run({"token", "--data", gateway->data().string(), "--tenant", "cedar-dental"});

  ASSERT_EQ(minted.status, 0) << minted.err;
  const auto last = std::string(split(trim(minted.out), '\n').back());
  EXPECT_EQ(std::count(last.begin(), last.end(), '.'), 2) << last;
  const auto used = run({"tool", "run", "get_working_hours", "--token", last, "--json"});
  EXPECT_EQ(used.status, 0) << used.out << used.err;
}

TEST_F(Commands, TokenOfAPackFixesItForTheSessionsThatItOpens) {
  const auto token_of = [&](const std::string& pack) {
    const auto minted = run({"token", "--data", gateway->data().string(), "--pack", pack, "--role",
                             "sales", "--tenant", "willow-hair"});
    EXPECT_EQ(minted.status, 0) << minted.err;
    return std::string(split(trim(minted.out), '\n').back());
  };
  const auto ask = [&](const std::string& token, const std::string& body) {
    net::HttpRequest request;
    request.method = "POST";
    request.body = body;
    request.headers.set("Authorization", "Bearer " + token);
    return fetch(gateway->http("/api/realtime/session"), request);
  };
  const auto crm = token_of("crm");

  const auto fixed = ask(crm, "{}");
  const auto other = ask(crm, R"({"pack":"receptionist"})");
  const auto unknown = ask(token_of("kitchen"), "{}");

  ASSERT_EQ(fixed.status, 200) << fixed.body;
  EXPECT_THAT(fixed.body, HasSubstr("list_leads"));
  EXPECT_THAT(fixed.body, Not(HasSubstr("get_policies")));
  EXPECT_EQ(other.status, 400) << other.body;
  EXPECT_THAT(other.body, HasSubstr("this credential is for crm alone"));
  EXPECT_EQ(unknown.status, 400) << unknown.body;
  EXPECT_THAT(unknown.body, HasSubstr("there is no such pack"));
  RawClient socket(gateway->port());
  EXPECT_EQ(socket.upgrade("/v1/realtime", {"Authorization: Bearer " + token_of("kitchen")}), 400);
}

TEST_F(Commands, ToolRunChangesCustomerRecordsForWhoHasTheRole) {
  // The operator's door asks for a role of its own; the tools ask for theirs besides.
  const auto token_of = [&](std::vector<std::string> roles) {
    std::vector<std::string> arguments{"token", "--data", gateway->data().string(), "--tenant",
                                       "willow-hair"};
    for (auto& role : roles) arguments.insert(arguments.end(), {"--role", std::move(role)});
    return std::string(split(trim(run(arguments).out), '\n').back());
  };
  const auto said = [&](const char* name, const char* arguments, const std::string& token) {
    const auto ran = run({"tool", "run", name, "--args", arguments, "--token", token, "--json"});
    return ran.out + ran.err;
  };
  const auto seller = token_of({"operator", "sales"});
  const char* kLead = R"({"lead_id":"LD-4126"})";

  EXPECT_THAT(said("list_leads", "{}", token_of({"operator"})), HasSubstr("FORBIDDEN"));
  EXPECT_THAT(said("list_activities", R"({"status":"open","assigned_to":"current_user"})", seller),
              HasSubstr("Call Jordan Ellis back"));
  EXPECT_THAT(said("update_lead", R"({"lead_id":"4126","status":"contacted"})", seller),
              HasSubstr(R"("status":"contacted")"));
  EXPECT_THAT(said("delete_lead", kLead, seller), HasSubstr("FORBIDDEN"));
  EXPECT_THAT(said("delete_lead", kLead, token_of({"admin"})), HasSubstr(R"("affected":1)"));
}

TEST_F(Commands, AskedWronglyExitWithTwo) {
  EXPECT_EQ(run({"call"}).status, 2);
  EXPECT_EQ(run({"dance"}).status, 2);
  const auto slip = run({"deno"});
  EXPECT_EQ(slip.status, 2);
  EXPECT_NE(slip.err.find("there is no command deno; did you mean demo?"), std::string::npos)
      << slip.err;
  EXPECT_EQ(run({"--version"}).status, 0);
}

}  // namespace
}  // namespace callosum::testing
