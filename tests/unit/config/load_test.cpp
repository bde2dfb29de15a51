#include "config/load.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "config/key_table.hpp"
#include "config/render.hpp"

namespace callosum::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kHash =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Environment environment(std::map<std::string, std::string> variables) {
  return [variables](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

LoadOutcome from_yaml(std::string_view yaml, std::vector<std::string> sets = {}) {
  return load_text(yaml, {"callosum.yaml", std::move(sets), environment({})});
}

LoadOutcome from_sets(std::vector<std::string> sets,
                      std::map<std::string, std::string> variables = {}) {
  return load_text("", {"", std::move(sets), environment(std::move(variables))});
}

std::vector<std::string> problems_of(const LoadOutcome& outcome) {
  std::vector<std::string> lines;
  for (const auto& problem : outcome.problems) lines.push_back(problem.to_string());
  return lines;
}

TEST(Config, MissesSecretsOnlyWhereTheyAreUsed) {
  constexpr std::string_view kYaml =
      "provider: openai\n"
      "auth:\n  jwt: {algorithm: HS256, key_env: JWT_KEY}\n"
      "  api_keys: [{key_env: API_KEY, subject: s}]\n"
      "secrets:\n  a: {env: NOPE}\n  b: {file: /nonexistent}\n";
  LoadRequest request{"callosum.yaml", {}, environment({})};
  EXPECT_EQ(load_text(kYaml, request).problems.size(), 5U);

  request.needs_secrets = false;
  const auto outcome = load_text(kYaml, request);

  EXPECT_THAT(problems_of(outcome), IsEmpty());
  std::vector<std::string> warnings;
  for (const auto& warning : outcome.warnings) warnings.push_back(warning.to_string());
  for (const auto* missing : {"OPENAI_API_KEY", "JWT_KEY", "API_KEY", "NOPE", "/nonexistent"}) {
    EXPECT_THAT(warnings, Contains(HasSubstr(missing)));
  }
  EXPECT_THAT(render(outcome.config), HasSubstr("key_env: JWT_KEY  # callosum.yaml:3; not set"));
}

TEST(Config, IsWhatTheDesignSaysWhenNothingIsGiven) {
  const auto outcome = from_yaml("");

  ASSERT_THAT(problems_of(outcome), IsEmpty());
  const auto& config = outcome.config;
  EXPECT_EQ(to_string(config.listen), "127.0.0.1:8080");
  EXPECT_EQ(config.limits_for("voice").retrieval_calls, 2);
  EXPECT_EQ(config.limits_for("voice").calls, 3);
  EXPECT_EQ(config.limits_for("voice").result_bytes, 16 * 1024);
  EXPECT_EQ(config.limits_for("phone").calls, 2);
  EXPECT_EQ(config.limits_for("phone").tool_ms, 400);
  EXPECT_EQ(config.limits_for("phone").turn_ms, 1000);
  EXPECT_EQ(config.limits_for("no such channel").calls, 2);
  EXPECT_TRUE(config.registry_lock);
  EXPECT_EQ(config.database_or_default(), "callosum-data/callosum.db");
}

TEST(Config, ReadsEverySection) {
  const auto outcome =
      load_text(R"(
listen: "[::1]:9000"
admin: {listen: localhost:9001}
tls: {cert: /etc/c.pem, key: /etc/k.pem}
database: /srv/callosum.db
packs: [/srv/packs, /srv/more]
provider: openai
fallback: [offline]
providers:
  openai:
    url: ws://127.0.0.1:9100/v1/realtime
    models: [gpt-realtime-2.1, gpt-realtime-2.1-mini]
  house: {kind: openai, url: "wss://voice.example/v1/realtime", key_env: HOUSE_KEY, voice: cedar}
reply_path: native
auth:
  jwt: {algorithm: RS256, key_file: /etc/jwt.pem, issuer: me, audience: callosum}
  api_keys:
    - {key_env: SERVICE_KEY, subject: billing, tenants: [t1], roles: [admin]}
  allowed_origins: ["https://shop.example", "http://localhost:5173"]
limits:
  sessions: 100
  phone: {tool_ms: 300}
audit: {sync: always}
registry.lock: false
log: {level: debug, format: text}
metrics: false
threads: 2
)",
                {"callosum.yaml", {}, environment({{"SERVICE_KEY", std::string(32, 'k')}})});

  ASSERT_THAT(problems_of(outcome), IsEmpty());
  const auto& config = outcome.config;
  EXPECT_EQ(config.listen, (ListenAddress{"::1", 9000}));
  EXPECT_EQ(config.admin_listen.port, 9001);
  EXPECT_EQ(config.tls.key, "/etc/k.pem");
  EXPECT_THAT(config.packs, ElementsAre("/srv/packs", "/srv/more"));
  EXPECT_EQ(config.providers.at("openai").url, "ws://127.0.0.1:9100/v1/realtime");
  EXPECT_EQ(config.providers.at("openai").models.size(), 2u);
  EXPECT_EQ(config.providers.at("house").kind, "openai");
  EXPECT_EQ(config.auth.jwt.issuer, "me");
  EXPECT_EQ(config.auth.api_keys.at(0).hash, sha256_hex(std::string(32, 'k')));
  EXPECT_THAT(config.auth.allowed_origins,
              ElementsAre("https://shop.example", "http://localhost:5173"));
  EXPECT_EQ(config.limits_for("phone").tool_ms, 300);
  EXPECT_EQ(config.limits_for("phone").calls, 2);
  EXPECT_EQ(config.max_sessions, 100);
  EXPECT_EQ(config.audit.sync, "always");
  EXPECT_FALSE(config.registry_lock);
  EXPECT_FALSE(config.metrics);
  EXPECT_EQ(config.threads, 2);
}

TEST(Config, NamesFileLineAndNearestKeyOfAnUnknownOne) {
  const auto outcome = from_yaml(
      "lissten: 127.0.0.1:1\nproviders:\n  openai:\n    modle: x\nlimits:\n  voic: {calls: 1}\n");

  EXPECT_THAT(problems_of(outcome),
              ElementsAre("callosum.yaml:1: lissten: unknown key; did you mean listen?",
                          "callosum.yaml:4: providers.openai.modle: unknown key; did you mean "
                          "providers.openai.model?",
                          HasSubstr("callosum.yaml:6: limits.voic: unknown key")));
}

TEST(Config, FindsTheRightWordInTheWrongSection) {
  const auto outcome = from_sets({"issuer=x", "jwt.audience=x", "limits.voic.calls=3"});

  EXPECT_THAT(
      problems_of(outcome),
      ElementsAre("--set: issuer: unknown key; did you mean auth.jwt.issuer?",
                  "--set: jwt.audience: unknown key; did you mean auth.jwt.audience?",
                  "--set: limits.voic.calls: unknown key; did you mean limits.voice.calls?"));
}

TEST(Config, CollectsEveryProblem) {
  const auto outcome =
      from_yaml("listen: here\nthreads: many\nmetrics: yes\nlog: {level: loud}\nnonsense: 1\n",
                {"threads=-1", "=x", "listen"});

  EXPECT_EQ(outcome.problems.size(), 8u);
  EXPECT_THAT(problems_of(outcome),
              Contains("callosum.yaml:3: metrics: expected true or false, not \"yes\""));
  EXPECT_THAT(problems_of(outcome), Contains("callosum.yaml:4: log.level: expected one of debug, "
                                             "info, warn, error, off, not \"loud\""));
  EXPECT_THAT(problems_of(outcome),
              Contains("--set: threads: expected a whole number from 0 to 256, not \"-1\""));
}

/// A value that the kind cannot take.
std::string bad_value(Kind kind) {
  switch (kind) {
    case Kind::text:
    case Kind::path:
      return "\"a\\tb\"";
    case Kind::name:
      return "Not A Name";
    case Kind::integer:
      return "1.5";
    case Kind::flag:
      return "on";
    case Kind::address:
      return "nowhere";
    case Kind::url:
      return "ftp://x";
    case Kind::database:
      return "mysql://x";
    case Kind::variable:
      return "sk-not-a-name";
    case Kind::secret:
      return "\"***\"";
    case Kind::origins:
      return "[shop.example]";
    case Kind::egress_rules:
    case Kind::api_keys:
      return "[{hash: abc, subject: s}]";
    case Kind::texts:
    case Kind::paths:
      return "just text";
    case Kind::word:
      return "no such word";
  }
  return "";
}

TEST(Config, RefusesAWrongValueOfEveryKeyAndSaysWhatWasExpected) {
  for (const auto& spec : key_table()) {
    std::string key(spec.path);
    if (const auto at = key.find("NAME"); at != std::string::npos) key.replace(at, 4, "openai");
    if (const auto at = key.find("CHANNEL"); at != std::string::npos) key.replace(at, 7, "voice");

    for (const std::string& value :
         {bad_value(spec.kind), std::string("{a: 1}"), std::string("")}) {
      const auto outcome = from_yaml("\n" + key + ": " + value + "\n");

      ASSERT_FALSE(outcome.ok()) << key << ": " << value;
      const auto line = outcome.problems[0].to_string();
      EXPECT_THAT(line, HasSubstr("callosum.yaml:2: " + key)) << value;
      EXPECT_THAT(line, HasSubstr("expected")) << value;
    }
  }
}

TEST(Config, RefusesAKeyThatIsThereTwiceHoweverItIsWritten) {
  EXPECT_THAT(problems_of(from_yaml("threads: 1\nthreads: 2\n")),
              ElementsAre("callosum.yaml:2: the key \"threads\" is there twice"));
  EXPECT_THAT(problems_of(from_yaml("audit: {sync: always}\naudit.sync: grouped\n")),
              ElementsAre("callosum.yaml:2: audit.sync: already given at callosum.yaml:1"));
}

TEST(Config, LetsTheCommandLineWinAndItsLastWordCount) {
  const auto outcome =
      from_yaml("threads: 1\npacks: [a]\n", {"threads=2", "threads=3", "packs=x,y", "packs=[z]"});

  ASSERT_THAT(problems_of(outcome), IsEmpty());
  EXPECT_EQ(outcome.config.threads, 3);
  EXPECT_THAT(outcome.config.packs, ElementsAre("z"));
  EXPECT_EQ(outcome.config.origins.at("threads"), "--set");
}

TEST(Config, TakesEveryKeyOnTheCommandLine) {
  const auto outcome = from_sets(
      {"listen=127.0.0.1:0", "providers.openai.url=ws://127.0.0.1:9100/v1/realtime",
       "audit.sync=always", "auth.api_keys=[{hash: " + std::string(kHash) + ", subject: s}]",
       "log.file=", "registry.lock=false",
       "auth.allowed_origins=https://a.example,https://b.example", "limits.phone.tool_ms=250"});

  ASSERT_THAT(problems_of(outcome), IsEmpty());
  EXPECT_EQ(outcome.config.auth.api_keys.at(0).hash, kHash);
  EXPECT_EQ(outcome.config.auth.allowed_origins.size(), 2u);
  EXPECT_EQ(outcome.config.limits_for("phone").tool_ms, 250);
}

TEST(Config, TakesRelativePathsFromTheFilesFolder) {
  const LoadRequest request{"/etc/callosum/callosum.yaml", {"data=here"}, environment({})};

  const auto outcome = load_text("packs: [packs, ../shared, /abs]\nlog: {file: x.log}\n", request);

  EXPECT_THAT(outcome.config.packs, ElementsAre("/etc/callosum/packs", "/etc/shared", "/abs"));
  EXPECT_EQ(outcome.config.log.file, "/etc/callosum/x.log");
  EXPECT_EQ(outcome.config.data, "here");
}

TEST(Config, AsksForWhatBelongsTogether) {
  EXPECT_THAT(problems_of(from_sets({"tls.cert=c.pem"})),
              ElementsAre("tls.key: needed beside tls.cert"));
  EXPECT_THAT(problems_of(from_sets({"auth.jwt.algorithm=HS256"})),
              ElementsAre(HasSubstr("auth.jwt.key_file: needed")));
  EXPECT_THAT(problems_of(from_sets({"auth.jwt.key_file=f"})),
              ElementsAre(HasSubstr("auth.jwt.algorithm: needed")));
  EXPECT_THAT(problems_of(from_sets(
                  {"auth.jwt.algorithm=ES256", "auth.jwt.key_file=f", "auth.jwt.key_env=K"})),
              ElementsAre(HasSubstr("only one of key_file, key_env and key")));
  EXPECT_THAT(problems_of(from_sets({"auth.api_keys=[{subject: s}]"})),
              ElementsAre(HasSubstr("auth.api_keys[0]: expected key_env or hash")));
  EXPECT_THAT(problems_of(from_sets({"provider=opneai"})),
              ElementsAre("--set: provider: no provider is called opneai; did you mean openai?"));
  EXPECT_THAT(problems_of(from_sets({"provider=house", "providers.house.kind=openai"})),
              ElementsAre(HasSubstr("providers.house.url: needed")));
}

TEST(Config, KnowsEveryProviderThatTakesOver) {
  const auto outcome =
      from_sets({"provider=offline", "fallback=xai,openai", "providers.xai.url=ws://127.0.0.1:1",
                 "providers.openai.url=ws://127.0.0.1:2"});
  EXPECT_THAT(problems_of(outcome), ElementsAre());
  EXPECT_EQ(outcome.config.fallback, (std::vector<std::string>{"xai", "openai"}));
  EXPECT_THAT(problems_of(from_sets({"provider=offline", "fallback=xia"})),
              ElementsAre(HasSubstr("fallback[0]: no provider is called xia; did you mean xai?")));
  EXPECT_THAT(problems_of(from_sets({"provider=offline", "fallback=offline"})),
              ElementsAre(HasSubstr("fallback[0]: offline is named already")));
  EXPECT_THAT(problems_of(from_sets({"provider=offline", "fallback=openai"})),
              ElementsAre(HasSubstr("providers.openai.key_env: the environment has no")));
}

TEST(Config, RefusesWhatThisVersionDoesNotServe) {
  EXPECT_THAT(problems_of(from_sets({"reply_path=brain"})),
              ElementsAre("--set: reply_path: brain needs a chat server that plans: set "
                          "providers.offline.brain_url"));
  for (const auto* url : {"postgresql://db/callosum", "postgres://db", "postgresql:///x"}) {
    EXPECT_THAT(problems_of(from_sets({"database=" + std::string(url)})),
                ElementsAre("--set: database: PostgreSQL is not in this version: expected the path "
                            "of a SQLite file"));
  }
}

TEST(Config, TakesPhoneCallsWhereTheCarrierIsKnown) {
  const auto alone = from_sets({"phone.public_url=https://voice.example"});
  EXPECT_THAT(problems_of(alone), Contains(HasSubstr("phone.twilio.auth_token_env")));
  for (const auto* url : {"http://voice.example", "https://voice.example/path"}) {
    const auto wrong = from_sets({std::string("phone.public_url=") + url});
    EXPECT_THAT(problems_of(wrong), Contains(HasSubstr("phone.public_url"))) << url;
  }
}

TEST(Config, TheExampleOfProductionIsOneThatLoads) {
  const auto outcome =
      load({std::string(CALLOSUM_SOURCE_DIR) + "/deploy/callosum.yaml",
            {},
            environment({{"OPENAI_API_KEY", "k"}, {"CALLOSUM_JWT_KEY", std::string(32, 'k')}})});

  EXPECT_THAT(problems_of(outcome), IsEmpty());
  for (const auto& warning : outcome.warnings) EXPECT_EQ(warning.key, "listen");
}

TEST(Config, NamesTheVariableThatTheEnvironmentLacks) {
  EXPECT_THAT(problems_of(from_sets({"provider=openai"})),
              ElementsAre(HasSubstr("the environment has no OPENAI_API_KEY")));
  EXPECT_THAT(problems_of(from_sets(
                  {"provider=openai", "providers.openai.url=ws://127.0.0.1:1/v1/realtime"})),
              IsEmpty());
  EXPECT_THAT(problems_of(from_sets({"auth.jwt.algorithm=HS256", "auth.jwt.key_env=JWT_KEY"})),
              ElementsAre(HasSubstr("the environment has no JWT_KEY")));
  EXPECT_THAT(
      problems_of(from_sets({"auth.api_keys=[{key_env: K, subject: s}]"}, {{"K", "short"}})),
      ElementsAre(HasSubstr("K is shorter than 16 bytes")));
}

TEST(Config, WarnsWhenNobodyCouldConnectOrEverybodySees) {
  const auto outcome = from_sets({"admin.listen=0.0.0.0:8081"});

  ASSERT_EQ(outcome.warnings.size(), 2u);
  EXPECT_THAT(outcome.warnings[0].to_string(), HasSubstr("nobody can connect"));
  EXPECT_THAT(outcome.warnings[1].to_string(),
              HasSubstr("--set: admin.listen: open to the network"));
}

TEST(Config, NeverPrintsASecret) {
  const std::string marker = "MARKER-0123456789-abcdefghij-SECRET";
  const std::map<std::string, std::string> variables{
      {"OPENAI_API_KEY", marker}, {"BRAIN", marker}, {"SERVICE", marker}};
  // Right places and wrong ones: a slip must not spill the key into an error either.
  const std::vector<std::vector<std::string>> cases{
      {"auth.jwt.algorithm=HS256", "auth.jwt.key=" + marker},
      {"auth.jwt.kye=" + marker},
      {"auth.jwt.key_env=" + marker},
      {"providers.openai.key_env=" + marker},
      {"providers.openai.key=" + marker},
      {"providers.openai.url=wss://user:" + marker + "@host/"},
      {"providers.openai.url=wss://host/?key=" + marker},
      {"database=postgresql://user:" + marker + "@host/db"},
      {"database=postgresql://host/db?user=a&password=" + marker},
      {"database=host=x password=" + marker},
      {"auth.api_keys=[{hash: " + marker + ", subject: s}]"},
      {"auth.api_keys=[{key: " + marker + ", subject: s}]"},
      {"auth.api_keys=[{key_env: SERVICE, subject: s}]"},
      {"auth.api_keys=" + marker},
      {marker},
      {"providers.offline.brain_key_env=BRAIN", "provider=openai"},
  };
  for (const auto& sets : cases) {
    auto outcome = load_text("", {"", sets, environment(variables)});

    EXPECT_THAT(render(outcome.config), Not(HasSubstr(marker))) << sets[0];
    for (const auto& line : problems_of(outcome)) EXPECT_THAT(line, Not(HasSubstr(marker)));
    for (const auto& problem : outcome.warnings)
      EXPECT_THAT(problem.to_string(), Not(HasSubstr(marker)));
    const auto error = config_or_error(std::move(outcome));
    const std::string told = error ? "" : error.error().message + error.error().detail;
    EXPECT_THAT(told, Not(HasSubstr(marker)));
  }
}

TEST(Config, RefusesHostileYaml) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [*" + static_cast<char>(c - 1) + ",*" +
            static_cast<char>(c - 1) + "]\n";
  }
  const std::vector<std::string> texts{bomb,
                                       std::string(300'000, 'a'),
                                       std::string(5000, '['),
                                       std::string(5000, '{'),
                                       "a: \xff",
                                       std::string("a: \0b", 5),
                                       "a: [",
                                       "a: b: c",
                                       "- 1\n- 2",
                                       "just text",
                                       "? [a]\n: b",
                                       "a: 1\n---\nb: 2\n",
                                       "a: !!python/object x",
                                       "%YAML 9.9\n---\na: 1",
                                       "\t\ta: 1",
                                       "a: 'x",
                                       "*a",
                                       "&a b: c"};
  for (const auto& text : texts) {
    const auto outcome = from_yaml(text);

    ASSERT_FALSE(outcome.ok()) << text.substr(0, 60);
    EXPECT_THAT(outcome.problems[0].to_string(), HasSubstr("callosum.yaml:")) << text.substr(0, 60);
    EXPECT_TRUE(is_valid_utf8(outcome.problems[0].to_string()));
    EXPECT_LT(outcome.problems[0].to_string().size(), 500u);
  }
}

TEST(Config, SurvivesRandomDamageToAGoodFile) {
  const std::string good =
      "listen: 127.0.0.1:1\nlimits: {voice: {calls: 3}}\npacks:\n  - a\n  - \"b\"\nlog:\n  level: "
      "info\n";
  std::mt19937 random(11);

  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    for (int n = 0; n < 3; ++n) text[random() % text.size()] = static_cast<char>(random());

    for (const auto& line : problems_of(from_yaml(text))) EXPECT_TRUE(is_valid_utf8(line));
  }
}

TEST(Config, SaysWhyAFileCannotBeRead) {
  EXPECT_THAT(problems_of(load({"/no/such/callosum.yaml", {}, environment({})})),
              ElementsAre("/no/such/callosum.yaml: cannot be read: No such file or directory"));
  EXPECT_THAT(problems_of(load({"/tmp", {}, environment({})})),
              ElementsAre("/tmp: expected a file, found a folder"));
  EXPECT_FALSE(load({"/dev/zero", {}, environment({})}).ok());
}

TEST(Render, ShowsWhatIsInForceAndWhereItCameFrom) {
  const auto outcome =
      load_text("threads: 4\n",
                {"callosum.yaml", {"log.level=debug"}, environment({{"OPENAI_API_KEY", "k"}})});

  const std::string text = render(outcome.config);

  EXPECT_THAT(text, HasSubstr("threads: 4  # callosum.yaml:1\n"));
  EXPECT_THAT(text, HasSubstr("log:\n  level: debug  # --set\n"));
  EXPECT_THAT(text, HasSubstr("    key_env: OPENAI_API_KEY  # set in the environment\n"));
  EXPECT_THAT(text, HasSubstr("  phone:\n    retrieval_calls: 2\n"));
}

TEST(Render, IsReadBackAsTheSameConfiguration) {
  const auto first =
      from_sets({"packs=a b,c:d", "providers.house.url=wss://x:1/y?z=1",
                 "providers.house.voice=\"quoted\" # no comment", "auth.jwt.issuer=null",
                 "listen=[::1]:0", "auth.allowed_origins=https://a.example"});
  ASSERT_THAT(problems_of(first), IsEmpty());

  auto second = from_yaml(render(first.config));

  ASSERT_THAT(problems_of(second), IsEmpty());
  auto expected = first.config;
  expected.origins = second.config.origins;
  EXPECT_EQ(render(second.config), render(expected));
}

TEST(Reference, IsWhatTheTableSays) {
  std::ifstream file(std::string(CALLOSUM_SOURCE_DIR) + "/docs/configuration.md");
  const std::string text((std::istreambuf_iterator<char>(file)), {});

  EXPECT_EQ(text, render_reference())
      << "write it with: callosum config --reference > docs/configuration.md";
}

TEST(ListenAddress, MustBeAnAddressAndAPort) {
  for (const auto* good :
       {"127.0.0.1:0", "0.0.0.0:65535", "[::]:80", "[::1]:8080", "localhost:1"}) {
    const auto address = parse_listen_address(good);
    ASSERT_TRUE(address) << good;
    EXPECT_EQ(to_string(*address), good);
  }
  for (const auto* bad : {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                          "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1: 1", "::1:80", "[::1]",
                          "[::1:80", "host.example:80", "127.1:80", "[]:80"}) {
    EXPECT_FALSE(parse_listen_address(bad)) << bad;
  }
}

}  // namespace
}  // namespace callosum::config
