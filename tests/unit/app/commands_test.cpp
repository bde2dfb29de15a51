#include <CLI/CLI.hpp>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/auth/jwt.hpp"
#include "app/commands/audit_command.hpp"
#include "app/commands/call_command.hpp"
#include "app/commands/config_command.hpp"
#include "app/commands/tenant_command.hpp"
#include "app/commands/token_command.hpp"
#include "app/commands/tools_command.hpp"
#include "app/compile_packs.hpp"
#include "app/packs_folder.hpp"
#include "base/json.hpp"
#include "storage/database.hpp"

namespace callosum::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kPack = R"(pack: shop
version: 1.0.0
tools:
  - name: get_price
    version: 1.0.0
    summary: The price of an article.
    description: The price of an article, in the shop's currency.
    category: retrieval
    access: read
    channels: [voice, text]
    input:
      type: object
      properties: {article: {type: string, description: Which one.}}
      required: [article]
      additionalProperties: false
    output: {type: object, properties: {price: {type: number}}, required: [price]}
    say_on_failure: I cannot see the price.
    run: {builtin: price}
)";

class Commands : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "callosum-app-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  Output collect() {
    return {[this](std::string_view text) { out += text; },
            [this](std::string_view text) { err += text; }};
  }
  int run(Command& command, std::vector<std::string> words) {
    CLI::App app("callosum");
    command.add_to(app);
    std::reverse(words.begin(), words.end());
    try {
      app.parse(words);
    } catch (const CLI::ParseError& e) {
      err += e.what();
      return 2;
    }
    EXPECT_TRUE(command.is_selected());
    return command.run();
  }
  config::Environment env() {
    return [this](std::string_view name) -> std::optional<std::string> {
      if (name == "OPENAI_API_KEY") return "MARKER-openai";
      if (name == "XDG_DATA_HOME") return folder.string();
      return std::nullopt;
    };
  }
  void write(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories((folder / path).parent_path());
    std::ofstream(folder / path) << text;
  }

  std::filesystem::path folder;
  std::string out;
  std::string err;
};

TEST_F(Commands, ConfigPrintsWhatIsInForceWithSecretsMasked) {
  write("callosum.yaml",
        "provider: openai\nauth:\n  jwt: {algorithm: HS256, key: "
        "MARKER-jwt-0123456789abcdef0123456789}\n");
  ConfigCommand command(collect(), env());

  const int status = run(command, {"config", "--config", folder / "callosum.yaml", "--set",
                                   "threads=3", "--set", "log.level=debug"});

  EXPECT_EQ(status, 0) << err;
  EXPECT_THAT(out, HasSubstr("threads: 3  # --set"));
  EXPECT_THAT(out, HasSubstr("key: \"***\""));
  EXPECT_THAT(out + err, Not(HasSubstr("MARKER")));
}

TEST_F(Commands, ConfigNamesTheSecretsThatAreMissing) {
  write("callosum.yaml", "auth:\n  jwt: {algorithm: HS256, key_env: CALLOSUM_JWT_KEY}\n");
  ConfigCommand command(collect(), env());

  const int status = run(command, {"config", "--config", folder / "callosum.yaml"});

  EXPECT_EQ(status, 0) << err;
  EXPECT_THAT(err, HasSubstr("auth.jwt.key_env: the environment has no CALLOSUM_JWT_KEY"));
  EXPECT_THAT(out, HasSubstr("key_env: CALLOSUM_JWT_KEY"));
}

TEST_F(Commands, TenantsAndAuditAreReadWithoutSecrets) {
  const auto yaml = folder / "callosum.yaml";
  write("callosum.yaml",
        "provider: openai\nauth:\n  jwt: {algorithm: HS256, key_env: JWT_KEY}\ndata: " +
            (folder / "data").string() + "\n");
  const config::Environment empty = [](std::string_view) { return std::nullopt; };

  TenantCommand add(collect(), empty);
  EXPECT_EQ(run(add, {"tenant", "add", "a", "--timezone", "UTC", "--config", yaml}), 0) << err;
  TenantCommand list(collect(), empty);
  EXPECT_EQ(run(list, {"tenant", "list", "--config", yaml}), 0) << err;
  AuditCommand audit(collect(), empty);
  EXPECT_EQ(run(audit, {"audit", "export", "--config", yaml}), 0) << err;
  EXPECT_THAT(out, HasSubstr("a  "));
}

TEST_F(Commands, CallSaysWhatItCannotDoBeforeItCalls) {
  CallCommand empty_text(collect(), env());
  EXPECT_EQ(run(empty_text, {"call", "--text", ""}), 2);
  EXPECT_THAT(err, HasSubstr("--text is empty"));
  err.clear();

  CallCommand no_folder(collect(), env());
  EXPECT_EQ(run(no_folder, {"call", "--text", "hello", "--token", "t", "--to", "ws://127.0.0.1:1",
                            "--save", "/nonexistent/x.wav"}),
            1);
  EXPECT_THAT(err, HasSubstr("/nonexistent/x.wav"));
  EXPECT_THAT(err, HasSubstr("--save"));
}

TEST_F(Commands, CallLeavesTheFileToSaveToAloneWhenItFails) {
  write("old.wav", "kept");
  CallCommand call(collect(), env());
  EXPECT_EQ(run(call, {"call", "--text", "hello", "--token", "t", "--to", "ws://127.0.0.1:1",
                       "--save", folder / "old.wav"}),
            1);
  std::ifstream old(folder / "old.wav");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(old), {}), "kept");
  CallCommand other(collect(), env());
  run(other, {"call", "--text", "hello", "--token", "t", "--to", "ws://127.0.0.1:1", "--save",
              folder / "new.wav"});
  EXPECT_FALSE(std::filesystem::exists(folder / "new.wav"));
}

TEST_F(Commands, ConfigListsEveryProblemAndFails) {
  ConfigCommand command(collect(), env());

  const int status = run(command, {"config", "--set", "thread=3", "--set", "metrics=maybe"});

  EXPECT_EQ(status, 1);
  EXPECT_THAT(err, HasSubstr("--set: thread: unknown key; did you mean threads?"));
  EXPECT_THAT(err, HasSubstr("--set: metrics: expected true or false"));
  EXPECT_THAT(out, IsEmpty());
}

const DemoTenant kBella{"01890000-0000-7000-8000-000000000001", "bella", "+15550100001",
                        "receptionist"};
const DemoTenant kShop{"01890000-0000-7000-8000-000000000002", "shop", "+15550100002", "crm"};

TEST_F(Commands, TokenStandsAloneOnTheLastLineAndTheDemoAcceptsIt) {
  SystemClock clock;
  SystemRandom random;
  ASSERT_TRUE(write_demo_tenants(folder, {kBella, kShop}));
  TokenCommand command(clock, random, collect(), env());

  const int status = run(command, {"token", "--data", folder});

  ASSERT_EQ(status, 0) << err;
  const auto keys = api::auth::load_auth_keys({.jwt = demo_jwt_config(folder)});
  ASSERT_TRUE(keys);
  ASSERT_EQ(out.find('\n'), out.size() - 1);
  const auto principal =
      api::auth::verify_token(out.substr(0, out.size() - 1), *keys->jwt, clock.wall_now());
  ASSERT_TRUE(principal) << principal.error().detail;
  EXPECT_THAT(principal->tenants, ElementsAre(kBella.tenant_id));
  EXPECT_EQ(principal->phone, kBella.phone);
  EXPECT_EQ(principal->assurance, registry::Assurance::carrier);
  EXPECT_THAT(principal->roles, ElementsAre("admin", "operator"));
}

TEST_F(Commands, TokenIsForWhomItsOptionsSay) {
  SystemClock clock;
  SystemRandom random;
  ASSERT_TRUE(write_demo_tenants(folder, {kBella, kShop}));
  const auto claims_of = [&](std::vector<std::string> words) {
    out.clear();
    TokenCommand command(clock, random, collect(), env());
    words.insert(words.begin(), {"token", "--data", folder});
    EXPECT_EQ(run(command, words), 0) << err;
    const auto keys = api::auth::load_auth_keys({.jwt = demo_jwt_config(folder)});
    return api::auth::verify_token(out.substr(0, out.find('\n')), *keys->jwt, clock.wall_now())
        .value();
  };

  EXPECT_THAT(claims_of({"--tenant", "shop"}).tenants, ElementsAre(kShop.tenant_id));
  EXPECT_EQ(claims_of({"--pack", "crm"}).phone, kShop.phone);
  EXPECT_EQ(claims_of({"--pack", "crm"}).pack, "crm");
  EXPECT_EQ(claims_of({"--pack", "crm", "--tenant", "bella"}).phone, kBella.phone);
  EXPECT_EQ(claims_of({"--pack", "assistant"}).phone, kBella.phone);
  EXPECT_EQ(claims_of({"--tenant", "shop"}).pack, "");
  EXPECT_EQ(claims_of({"--phone", "+15559999999"}).phone, "+15559999999");
  EXPECT_THAT(claims_of({"--role", "agent", "--role", "owner"}).roles,
              ElementsAre("agent", "owner"));
}

TEST_F(Commands, TokenSaysWhatItCannotDo) {
  SystemClock clock;
  SystemRandom random;
  const auto fails_with = [&](std::vector<std::string> words) {
    err.clear();
    TokenCommand command(clock, random, collect(), env());
    words.insert(words.begin(), {"token", "--data", folder});
    EXPECT_EQ(run(command, words), 1);
    return err;
  };

  EXPECT_THAT(fails_with({}), HasSubstr("callosum demo"));
  EXPECT_THAT(fails_with({"--tenant", "foo"}), HasSubstr("callosum demo --data "));
  EXPECT_FALSE(std::filesystem::exists(folder / "jwt.key"));
  { ASSERT_TRUE(storage::Database::open({.path = folder / "callosum.db"})); }
  EXPECT_THAT(fails_with({"--tenant", "foo"}), HasSubstr("there is no business foo in "));
  ASSERT_TRUE(write_demo_tenants(folder, {kBella}));
  EXPECT_THAT(fails_with({"--tenant", "nobody"}), HasSubstr("there are: bella (receptionist)"));
  EXPECT_THAT(fails_with({"--phone", "12"}), HasSubstr("claim phone"));
  EXPECT_THAT(out, IsEmpty());
}

TEST_F(Commands, DemoKeyIsMadeOnceAndOnlyForItsUser) {
  SystemRandom random;

  const auto first = load_or_create_demo_key(folder / "new", random);
  const auto second = load_or_create_demo_key(folder / "new", random);

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->reveal(), second->reveal());
  EXPECT_EQ(first->reveal().size(), 64u);
  struct stat info {};
  ASSERT_EQ(::stat((folder / "new" / "jwt.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);

  ASSERT_EQ(::chmod((folder / "new" / "jwt.key").c_str(), 0644), 0);
  EXPECT_THAT(load_or_create_demo_key(folder / "new", random).error().message,
              HasSubstr("chmod 600"));
  write("old/jwt.key", "short");
  ::chmod((folder / "old" / "jwt.key").c_str(), 0600);
  EXPECT_THAT(load_or_create_demo_key(folder / "old", random).error().message,
              HasSubstr("at least 32 bytes"));
}

TEST_F(Commands, DemoTenantsAreReadBackAndDamageIsNamed) {
  ASSERT_TRUE(write_demo_tenants(folder, {kBella, kShop}));
  const auto tenants = read_demo_tenants(folder);
  ASSERT_TRUE(tenants);
  ASSERT_EQ(tenants->size(), 2u);
  EXPECT_EQ(tenants->at(1).slug, "shop");

  for (const auto* text : {"", "[]", "{", "{}", "{\"tenant_id\":7}"}) {
    write("demo.json", text);
    EXPECT_THAT(read_demo_tenants(folder).error().message, HasSubstr("demo.json: expected"))
        << text;
  }
}

TEST_F(Commands, ToolsAreListedShownAndExported) {
  write("packs/shop/pack.yaml", kPack);
  const std::string packs = folder / "packs";
  const auto answer = [&](std::vector<std::string> words) {
    out.clear();
    err.clear();
    ToolsCommand command(collect());
    EXPECT_EQ(run(command, words), 0) << err << out;
    return out;
  };

  EXPECT_THAT(answer({"tools", "list", "--packs", packs}), HasSubstr("get_price"));
  EXPECT_THAT(answer({"tools", "show", "get_price", "--packs", packs}), HasSubstr("article"));
  answer({"tools", "lint", packs});
  EXPECT_THAT(answer({"tools", "export", "--for", "openai", "--report", "--packs", packs}),
              HasSubstr("1 tool, about"));
  const auto plain = parse_strict(answer({"tools", "export", "--for", "openai", "--packs", packs}));
  ASSERT_TRUE(plain);
  const auto all = parse_strict(
      answer({"tools", "export", "--for", "openai:gpt-realtime-2.1", "--json", "--packs", packs}));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->at("tools").at(0).at("name").as_string(), "get_price");
  EXPECT_TRUE(all->at("registry_version").is_string());
}

TEST_F(Commands, ToolsSayWhatIsWrong) {
  write("packs/shop/pack.yaml", kPack);
  write("bad/pack.yaml", "pack: bad\ntools:\n  - nmae: x\n");
  const std::string packs = folder / "packs";
  const auto fails = [&](std::vector<std::string> words, int status) {
    out.clear();
    err.clear();
    ToolsCommand command(collect());
    EXPECT_EQ(run(command, words), status) << err << out;
    return out + err;
  };

  EXPECT_THAT(fails({"tools", "show", "get_prise", "--packs", packs}, 1),
              HasSubstr("did you mean get_price?"));
  EXPECT_THAT(fails({"tools", "export", "--for", "acme", "--packs", packs}, 2),
              HasSubstr("expected one of openai"));
  EXPECT_THAT(fails({"tools", "lint", folder / "bad"}, 1), HasSubstr("pack.yaml:"));
  EXPECT_THAT(fails({"tools", "list", "--packs", folder / "bad"}, 1), HasSubstr("pack.yaml:"));
  EXPECT_THAT(fails({"tools"}, 2), HasSubstr("subcommand"));
}

TEST_F(Commands, ToolsAskTheCompositionRootAboutEachRun) {
  write("packs/shop/pack.yaml", kPack);
  ToolsCommand command(collect(), [](const registry::Snapshot& snapshot) {
    return std::vector<registry::LoadProblem>{
        {snapshot.tools()[0].place, "run", "no such builtin"}};
  });

  EXPECT_EQ(run(command, {"tools", "lint", folder / "packs"}), 1);
  EXPECT_THAT(out, HasSubstr("no such builtin"));
  EXPECT_THAT(out, HasSubstr("1 problem\n"));
}

TEST_F(Commands, LintCompilesWhatAToolRuns) {
  std::string shop(kPack);
  write("good/pack.yaml", shop.replace(shop.find("{builtin: price}"), 16, "{builtin: noop}"));
  std::filesystem::copy(std::string(CALLOSUM_SOURCE_DIR) + "/packs/receptionist", folder / "bad",
                        std::filesystem::copy_options::recursive);
  std::ifstream in(folder / "bad/pack.yaml");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto at = text.find("SELECT ");
  ASSERT_NE(at, std::string::npos);
  write("bad/pack.yaml", text.insert(at + 7, "randomblob(9) AS r, "));
  const auto lint = [&](const char* name) {
    out.clear();
    ToolsCommand command(collect(), try_packs);
    return run(command, {"tools", "lint", folder / name});
  };

  EXPECT_EQ(lint("good"), 0) << out;
  EXPECT_EQ(lint("bad"), 1);
  EXPECT_THAT(out, HasSubstr("randomblob"));
  EXPECT_THAT(out, HasSubstr("pack.yaml:"));
}

TEST_F(Commands, LintSaysThatALinkOutOfThePackIsNotFollowed) {
  write("packs/shop/pack.yaml", std::string(kPack) + "prompt: prompt.md\n");
  write("elsewhere.md", "Be kind.");
  std::filesystem::create_symlink(folder / "elsewhere.md", folder / "packs/shop/prompt.md");
  ToolsCommand command(collect());

  EXPECT_EQ(run(command, {"tools", "lint", folder / "packs"}), 1);
  EXPECT_THAT(out, HasSubstr("a link that leads out of it is not followed"));
}

TEST_F(Commands, PacksAreFoundByVariableThenAboveTheProgram) {
  write("tree/packs/shop/pack.yaml", kPack);
  write("own/shop/pack.yaml", kPack);
  std::filesystem::create_directories(folder / "empty");
  const auto with = [](std::optional<std::string> value) -> config::Environment {
    return
        [value](std::string_view name) { return name == "CALLOSUM_PACKS" ? value : std::nullopt; };
  };
  const auto program = folder / "tree/build/dev/bin/callosum";

  EXPECT_EQ(find_packs_folder(with(std::nullopt), program).value(), folder / "tree/packs");
  EXPECT_EQ(find_packs_folder(with(folder / "own"), program).value(), folder / "own");
  EXPECT_THAT(find_packs_folder(with(folder / "empty"), program).error().message,
              HasSubstr("no pack.yaml is"));
  EXPECT_THAT(find_packs_folder(with(std::nullopt), folder / "empty/callosum").error().message,
              HasSubstr("CALLOSUM_PACKS"));
}

}  // namespace
}  // namespace callosum::app
