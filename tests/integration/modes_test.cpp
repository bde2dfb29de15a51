// Tools that come and go with a mode, at every provider: two at the start, the others when the
// model asks for them, by the socket and over HTTP, and again after a restart.
#include <boost/json/serialize.hpp>
#include <fstream>
#include <gmock/gmock.h>
#include <map>

#include "api/auth/jwt.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "served.hpp"
#include "slow_write.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPack = R"yaml(pack: helper
version: 1.0.0
access_mode: confirm
prompt_text: You help one person. There are the modes todo and vault.
modes:
  todo: {summary: The list of things to do.}
  tidy: {summary: Making order.}
  vault: {summary: What only owners see., roles: [owner]}
meta_tools: [search_tools, describe_tool, end_session]
tools:
  - {name: list_todo, version: 1.0.0, summary: What is on the list., category: action, access: read,
     channels: [voice, text], modes: [todo], phrases: [what is on my list],
     reply: There is milk., run: {builtin: noop},
     input: {type: object, properties: {}, additionalProperties: false}}
  - {name: open_vault, version: 1.0.0, summary: Opens the vault., category: action, access: read,
     channels: [voice, text], modes: [vault], run: {builtin: noop},
     input: {type: object, properties: {}, additionalProperties: false}}
)yaml";

/// The same for every simulator.
constexpr const char* kScript = R"yaml(
rules:
  - {when: {tool_output: set_mode}, calls: [{name: list_todo}]}
  - {when: {tool_output: list_todo}, say: There is milk on it.}
  - {when: {tool_output: open_vault}, say: I cannot do that.}
  - {when: {text: what is on my list}, calls: [{name: set_mode, arguments: {mode: todo}}]}
  - {when: {text: open the vault}, calls: [{name: open_vault}]}
)yaml";

/// Of Ada, for sessions of that pack alone.
std::string token_of_pack(const std::string& pack) {
  const auto until = std::chrono::system_clock::now() + std::chrono::hours(1);
  const json::object claims{{"sub", "ada"},
                            {"tenants", json::array{"bella"}},
                            {"roles", json::array{"sales"}},
                            {"pack", pack},
                            {"exp", std::chrono::system_clock::to_time_t(until)}};
  const Secret key("0123456789abcdef0123456789abcdef");
  return api::auth::mint_token(claims, key, api::auth::JwtAlgorithm::hs256).value();
}

struct Begun {
  std::string id, secret;
  json::object body;
};

class Modes : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::vector<std::string> options{"--set", "audit.sync=always",
                                     "--set", "limits.voice.calls=1000",
                                     "--set", "limits.voice.retrieval_calls=1000"};
    for (const char* name : {"openai", "xai", "gemini"}) {
      clouds[name] = std::make_unique<Cloud>(name);
      clouds[name]->follow(kScript);
      for (const auto& option : played_by(name, *clouds[name])) options.push_back(option);
    }
    folder = std::make_unique<TempFolder>();
    std::ofstream(config()) << "provider: offline\n";
    options.insert(options.begin(), {"--config", config()});
    gateway = std::make_unique<Served>(options, any_keys());
    std::filesystem::create_directories(gateway->folder() / "packs/helper");
    std::ofstream(gateway->folder() / "packs/helper/pack.yaml") << kPack;
    serve("offline");
    const auto made =
        gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    ASSERT_EQ(made.status, 201) << made.body;
  }
  static void TearDownTestSuite() {
    gateway.reset();
    clouds.clear();
    folder.reset();
  }
  static std::string config() { return (folder->path() / "callosum.yaml").string(); }
  static void serve(const std::string& provider, const std::string& more = "") {
    std::ofstream(config()) << "provider: " << provider << "\n" << more;
    gateway->start_again();
  }

  static net::HttpResponse post(const std::string& path, const std::string& body,
                                const std::string& subject = "ada", const std::string& epoch = "") {
    net::HttpRequest request;
    if (!epoch.empty()) request.headers.set("X-Callosum-Epoch", epoch);
    request.method = "POST";
    request.body = body;
    request.headers.set("Authorization", "Bearer " + Served::token("bella", {"sales"}, subject));
    return fetch(gateway->main() + path, request);
  }
  static Begun begin(const std::string& subject = "ada") {
    const auto answer =
        post("/api/realtime/session", R"({"tenant_id":"bella","pack":"helper"})", subject);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto body = parse_strict(answer.body)->as_object();
    return {std::string(text_at(body, "session_id")), std::string(text_at(body, "value")), body};
  }
  static Conversation talk(const std::string& secret, const std::string& text,
                           const std::string& query = "",
                           std::vector<std::string>* tools = nullptr) {
    app::CallOptions options;
    options.url = gateway->realtime() + query;
    options.token = secret;
    options.text = text;
    options.wants_audio = false;
    options.on_tools = [tools](const std::string& loaded) {
      if (tools) tools->push_back(loaded);
    };
    return converse({options}).front();
  }
  static std::string names(const json::value& tools) {
    std::vector<std::string> out;
    for (const auto& tool : tools.as_array()) out.emplace_back(tool.at("name").as_string());
    return join(out, " ");
  }

  static inline std::map<std::string, std::unique_ptr<Cloud>> clouds;
  static inline std::unique_ptr<TempFolder> folder;
  static inline std::unique_ptr<Served> gateway;
};

TEST_F(Modes, BeginWithTwoToolsAndGrowThoseThatAreNeededAtEveryProvider) {
  for (const char* provider : {"openai", "xai", "gemini", "offline"}) {
    SCOPED_TRACE(provider);
    serve(provider);
    const auto begun = begin();
    EXPECT_EQ(names(begun.body.at("session").at("tools")), "set_mode select_account");

    const auto heard = talk(begun.secret, "what is on my list");

    const auto transcript = heard.transcript();
    EXPECT_THAT(transcript, HasSubstr("set_mode"));
    EXPECT_THAT(transcript, HasSubstr("list_todo"));
    EXPECT_THAT(heard.said(), HasSubstr("milk")) << transcript;
    EXPECT_TRUE(heard.all("refused").empty()) << transcript;
  }
}

TEST_F(Modes, AreTheUsersAndNotTheModels) {
  serve("openai");

  const auto heard = talk(begin().secret, "open the vault");

  ASSERT_EQ(heard.all("refused").size(), 1u) << heard.transcript();
  EXPECT_EQ(heard.all("refused")[0].error_type, "NOT_LOADED");
  const auto put =
      gateway->ask_of("bella", "PUT", "/api/admin/user-modes/bella/ada", R"({"modes":["vault"]})");
  ASSERT_EQ(put.status, 200) << put.body;
  const auto refused = talk(begin().secret, "what is on my list");
  ASSERT_FALSE(refused.all("refused").empty()) << refused.transcript();
  EXPECT_EQ(refused.all("refused")[0].error_type, "FORBIDDEN");
  const auto all =
      gateway->ask_of("bella", "PUT", "/api/admin/user-modes/bella/ada", R"({"modes":null})");
  ASSERT_EQ(all.status, 200) << all.body;
}

TEST_F(Modes, ChangeOverHttpForWhoeverTheSessionBelongsTo) {
  serve("offline");
  const auto begun = begin();
  const auto update = [&](const std::string& more, const std::string& subject = "ada") {
    return post("/api/realtime/update-tools", R"({"session_id":")" + begun.id + "\"," + more + "}",
                subject);
  };

  const auto entered = update(R"("mode":"todo")");
  ASSERT_EQ(entered.status, 200) << entered.body;
  const auto data = parse_strict(entered.body)->at("data").as_object();
  EXPECT_EQ(names(data.at("tools")),
            "set_mode select_account search_tools describe_tool end_session list_todo");
  EXPECT_EQ(data.at("epoch").to_number<int>(), 2);
  const auto narrowed = update(R"("active_tools":[])");
  EXPECT_EQ(names(parse_strict(narrowed.body)->at("data").at("tools")),
            "set_mode select_account search_tools describe_tool end_session");
  EXPECT_EQ(update(R"("active_tools":["open_vault"])").status, 400);
  EXPECT_EQ(update(R"("mode":"vault")").status, 403);
  EXPECT_EQ(update(R"("mode":"kitchen")").status, 400);
  EXPECT_EQ(update(R"("mode":"todo","active_tools":[])").status, 400);

  const auto theirs = update(R"("mode":"todo")", "eve");
  const auto nobodys =
      post("/api/realtime/update-tools",
           R"({"session_id":"sess_00000000000000000000000000000000","mode":"todo"})");
  EXPECT_EQ(theirs.status, 404);
  EXPECT_EQ(theirs.body, nobodys.body);
}

TEST_F(Modes, AreChangedByTheToolsThemselvesOverHttp) {
  serve("offline");
  const auto begun = begin();
  const auto call = [&](const std::string& tool, const std::string& more = "") {
    return post("/api/tools/" + tool, R"({"session_id":")" + begun.id + "\"" + more + "}").body;
  };

  EXPECT_THAT(call("list_todo"), HasSubstr("NOT_LOADED"));
  EXPECT_THAT(call("set_mode", R"(,"mode":"todo")"), HasSubstr(R"("ok":true)"));
  EXPECT_THAT(call("list_todo"), HasSubstr(R"("ok":true)"));
  EXPECT_THAT(call("search_tools", R"(,"query":"things to do list")"), HasSubstr("list_todo"));
  EXPECT_THAT(call("describe_tool", R"(,"tool":"list_todo")"), HasSubstr("arguments"));
  EXPECT_THAT(call("describe_tool", R"(,"tool":"open_vault")"), HasSubstr("describe_tool"));
  EXPECT_THAT(gateway->audit(), HasSubstr("session.set_mode"));
}

TEST_F(Modes, OfOneUserAreEachSessionsOwn) {
  serve("offline");
  const auto browser = begin();
  const auto other = begin();
  const auto phone = begin();
  const auto enter = [&](const Begun& session, const std::string& tool, const std::string& more) {
    return post("/api/tools/" + tool, R"({"session_id":")" + session.id + "\"" + more + "}").body;
  };

  EXPECT_THAT(enter(browser, "set_mode", R"(,"mode":"todo")"), HasSubstr(R"("ok":true)"));
  EXPECT_THAT(enter(other, "list_todo", ""), HasSubstr("NOT_LOADED"));
  EXPECT_THAT(enter(phone, "set_mode", R"(,"mode":"vault")"), HasSubstr("FORBIDDEN"));
  EXPECT_THAT(enter(browser, "list_todo", ""), HasSubstr(R"("ok":true)"));
}

TEST_F(Modes, AreGoneOnWithAfterARestart) {
  serve("openai");
  const auto begun = begin();
  const auto first = talk(begun.secret, "what is on my list");
  ASSERT_THAT(first.said(), HasSubstr("milk")) << first.transcript();

  serve("openai");
  const auto token = Served::token("bella", {"sales"}, "ada");
  std::vector<std::string> tools;
  const auto again = talk(token, "hello", "?tenant_id=bella&session_id=" + begun.id, &tools);
  const auto foreign = talk(Served::token("bella", {"sales"}, "eve"), "hello",
                            "?tenant_id=bella&session_id=" + begun.id);

  EXPECT_FALSE(again.problem) << again.problem->message;
  ASSERT_FALSE(tools.empty());
  EXPECT_THAT(tools.front(), HasSubstr("list_todo"));  // from its first moment
  EXPECT_TRUE(foreign.problem);
  const auto listed = gateway->ask_of("bella", "GET", "/api/admin/sessions?limit=200");
  EXPECT_THAT(listed.body, HasSubstr(begun.id));
}

TEST_F(Modes, AreGoneOnWithByAnotherConnectionThatTakesOver) {
  serve("offline");
  const auto begun = begin();
  RawClient first(gateway->port());
  ASSERT_EQ(first.upgrade("/v1/realtime", {"Authorization: Bearer " + begun.secret}), 101);
  ASSERT_TRUE(first.find_frame(1, "session.created"));
  const auto entered =
      post("/api/tools/set_mode", R"({"session_id":")" + begun.id + R"(","mode":"todo"})");
  ASSERT_THAT(entered.body, HasSubstr(R"("ok":true)"));

  std::vector<std::string> tools;
  const auto second = talk(Served::token("bella", {"sales"}, "ada"), "what is on my list",
                           "?session_id=" + begun.id, &tools);

  EXPECT_FALSE(second.problem) << second.problem->message;
  ASSERT_FALSE(tools.empty());
  EXPECT_THAT(tools.front(), HasSubstr("list_todo"));
  const auto goodbye = first.find_frame(8);
  ASSERT_TRUE(goodbye);
  EXPECT_EQ(goodbye->close_code(), 4409);
}

TEST_F(Modes, OfAnEpochThatACallNamesAreWhatItIsJudgedBy) {
  serve("offline");
  const auto begun = begin();
  const auto id = R"({"session_id":")" + begun.id + "\"";
  const auto call = [&](const std::string& tool, const std::string& more) {
    return post("/api/tools/" + tool, id + more + "}").body;
  };
  const auto in_epoch = [&](const std::string& epoch) {
    return post("/api/tools/list_todo", id + "}", "ada", epoch).body;
  };
  const auto execute = [&](const std::string& more) {
    return post("/api/ai/realtime-tools/execute",
                id + R"(,"tenant_id":"bella","tool_name":"list_todo")" + more + "}")
        .body;
  };
  ASSERT_THAT(call("set_mode", R"(,"mode":"todo")"), HasSubstr(R"("ok":true)"));  // epoch 2
  const auto narrowed = post("/api/realtime/update-tools", id + R"(,"active_tools":[]})");
  ASSERT_EQ(parse_strict(narrowed.body)->at("data").at("epoch").to_number<int>(), 3);

  // It is wider than what the program has left, and so nobody's.
  EXPECT_THAT(call("list_todo", ""), HasSubstr("NOT_LOADED"));
  EXPECT_THAT(in_epoch("2"), HasSubstr("NOT_LOADED"));
  EXPECT_THAT(execute(R"(,"epoch":2)"), HasSubstr("NOT_LOADED"));
  ASSERT_EQ(post("/api/realtime/update-tools", id + R"(,"mode":"todo"})").status, 200);
  ASSERT_THAT(call("set_mode", R"(,"mode":"tidy")"), HasSubstr(R"("ok":true)"));  // epoch 5
  EXPECT_THAT(call("list_todo", ""), HasSubstr("NOT_LOADED"));
  EXPECT_THAT(in_epoch("2"), HasSubstr(R"("ok":true)"));
  EXPECT_THAT(execute(R"(,"epoch":2)"), HasSubstr(R"("ok":true)"));
  EXPECT_THAT(in_epoch("1"), HasSubstr("NOT_LOADED"));
  EXPECT_THAT(in_epoch("77"), HasSubstr("the tools have changed in the meantime"));
  EXPECT_THAT(in_epoch("two"), HasSubstr("X-Callosum-Epoch: expected once, a whole number"));
  EXPECT_THAT(execute(R"(,"epoch":"2")"), HasSubstr("epoch: expected a whole number"));
  // A model writes arguments, and no epoch by one.
  EXPECT_THAT(call("list_todo", R"(,"epoch":2)"), HasSubstr("NOT_LOADED"));
  EXPECT_THAT(execute(R"(,"tool_args":{"epoch":2})"), HasSubstr("NOT_LOADED"));
  // What was taken from the user since is in no epoch.
  const auto put =
      gateway->ask_of("bella", "PUT", "/api/admin/user-modes/bella/ada", R"({"modes":["vault"]})");
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_THAT(in_epoch("2"), HasSubstr("NOT_LOADED"));
  gateway->ask_of("bella", "PUT", "/api/admin/user-modes/bella/ada", R"({"modes":null})");
}

TEST_F(Modes, EndWithTheirSessionWhenItsProgramSaysSoWhicheverThreadHasIt) {
  serve("offline");
  const auto call = [&](const Begun& session, const std::string& tool, const std::string& more) {
    return post("/api/tools/" + tool, R"({"session_id":")" + session.id + "\"" + more + "}");
  };
  for (int i = 0; i < 6; ++i) {  // two threads, and the kernel chooses
    const auto begun = begin();
    RawClient client(gateway->port());
    ASSERT_EQ(client.upgrade("/v1/realtime", {"Authorization: Bearer " + begun.secret}), 101);
    ASSERT_TRUE(client.find_frame(1, "session.created"));
    EXPECT_THAT(call(begun, "set_mode", R"(,"mode":"todo")").body, HasSubstr(R"("ok":true)"));

    const auto ended = call(begun, "end_session", "");

    EXPECT_THAT(ended.body, HasSubstr(R"("ended":true)"));
    const auto goodbye = client.find_frame(8);
    ASSERT_TRUE(goodbye);
    EXPECT_EQ(goodbye->close_code(), 1000);
    const auto again = talk(Served::token("bella", {"sales"}, "ada"), "hello",
                            "?tenant_id=bella&session_id=" + begun.id);
    EXPECT_TRUE(again.problem) << "it was ended, and not just its connection";
  }
  const auto unheld = begin();
  EXPECT_THAT(call(unheld, "set_mode", R"(,"mode":"todo")").body, HasSubstr(R"("ok":true)"));
  EXPECT_THAT(call(unheld, "end_session", "").body, HasSubstr(R"("ended":true)"));
  EXPECT_THAT(call(unheld, "list_todo", "").body, HasSubstr("SESSION_INACTIVE"));
  const auto back = talk(Served::token("bella", {"sales"}, "ada"), "hello",
                         "?tenant_id=bella&session_id=" + unheld.id);
  EXPECT_TRUE(back.problem);
}

TEST_F(Modes, AreNoneOfACredentialsForAnotherPack) {
  serve("offline");
  const auto begun = begin();
  const auto call_with = [&](const std::string& token) {
    net::HttpRequest request;
    request.method = "POST";
    request.body = R"({"session_id":")" + begun.id + R"(","mode":"todo"})";
    request.headers.set("Authorization", "Bearer " + token);
    return fetch(gateway->main() + "/api/tools/set_mode", request).body;
  };

  EXPECT_THAT(call_with(token_of_pack("crm")), HasSubstr("SESSION_INACTIVE"));
  EXPECT_THAT(call_with(token_of_pack("helper")), HasSubstr(R"("ok":true)"));
}

TEST_F(Modes, AreNotToldByAnotherConnectionToAProviderThatTakesAListWithinOne) {
  std::ofstream(config()) << "provider: openai\nproviders: {openai: {tool_changes: reconnect}}\n";

  EXPECT_THROW(gateway->start_again(), std::runtime_error);
  EXPECT_THAT(gateway->process().errors(),
              HasSubstr("providers.openai.tool_changes: reconnect is for providers"));
  serve("openai");
}

TEST_F(Modes, AreCarriedByOneToolWhereTheListIsToStayAsItIs) {
  clouds.at("openai")->follow(R"yaml(
rules:
  - {when: {tool_output: set_mode}, calls: [{name: run_tool, arguments: {tool: list_todo, args: {}}}]}
  - {when: {tool_output: run_tool}, say: There is milk on it.}
  - {when: {text: what is on my list}, calls: [{name: set_mode, arguments: {mode: todo}}]}
)yaml");
  serve("openai", "providers: {openai: {tool_changes: carry}}\n");

  const auto heard = talk(begin().secret, "what is on my list");

  EXPECT_THAT(heard.said(), HasSubstr("milk")) << heard.transcript();
  EXPECT_THAT(heard.transcript(), HasSubstr("list_todo"));
  EXPECT_THAT(heard.transcript(), Not(HasSubstr("called   run_tool")));
  clouds.at("openai")->follow(kScript);
}

}  // namespace
}  // namespace callosum::testing
