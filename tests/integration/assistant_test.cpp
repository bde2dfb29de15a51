// The assistant's tools beside a simulated Google: mail and calendar over the real APIs' shapes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/wiring.hpp"
#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "net/kept_connections.hpp"
#include "registry/snapshot.hpp"
#include "stage.hpp"
#include "tool/account_tokens.hpp"
#include "tool/http/http_kind.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

/// One token, whoever asks.
struct OneToken final : tool::AccountTokens {
  std::string token;
  int refused = 0;
  boost::asio::awaitable<Result<Secret>> token_for(const registry::CallContext&, std::string_view,
                                                   async::Deadline) override {
    co_return Secret(token);
  }
  void on_refused(const registry::CallContext&, std::string_view, const Secret&) override {
    ++refused;
  }
};

/// The tools of one style, as the account john@work.example.
class Assistant : public ::testing::TestWithParam<const char*> {
 protected:
  Assistant() {
    const auto host =
        google_.url().substr(0, google_.url().find('/', google_.url().find("://") + 3));
    origin_ = "http" + host.substr(host.find("://"));
    tokens_.token = sign_in("john@work.example");
    config::Config config;
    for (const char* api : {"https://gmail.googleapis.com", "https://www.googleapis.com"}) {
      config.egress.allow.push_back({api, true, origin_});
    }
    kind_ = tool::http::make_http_kind(config,
                                       {.accounts = &tokens_, .account_apis = app::account_apis()});
    auto loaded = registry::load_packs({std::string(CALLOSUM_SOURCE_DIR) + "/packs/assistant"},
                                       {"openai"}, {{"assistant", GetParam()}});
    if (!loaded.snapshot) throw std::runtime_error(loaded.problems.front().to_string());
    snapshot_ = loaded.snapshot;
    for (const auto& tool : snapshot_->tools()) {
      if (tool.run.kind == "http")
        handlers_[tool.name] =
            std::move(kind_->make(tool, *snapshot_->find_pack("assistant")).value());
    }
  }

  bool is_single() const { return std::string_view(GetParam()) == "single"; }

  /// Consent is given without a question: a code comes back, and buys a token.
  std::string sign_in(const std::string& account) {
    const std::string verifier(64, 'v');
    const auto answer = fetch(
        origin_ +
        "/o/oauth2/v2/"
        "auth?response_type=code&client_id=test&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb&scope="
        "https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fgmail.modify%20https%3A%2F%2Fwww.googleapis.com%"
        "2Fauth%2Fcalendar"
        "&code_challenge_method=plain&code_challenge=" +
        verifier + "&login_hint=" + account);
    const std::string location(answer.headers.get("location"));
    const auto at = location.find("code=");
    if (at == std::string::npos) throw std::runtime_error("no code: " + location + answer.body);
    const auto code = location.substr(at + 5, location.find('&', at) - at - 5);
    net::HttpRequest request;
    request.method = "POST";
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.body =
        "grant_type=authorization_code&client_id=test&client_secret=s&redirect_uri=http%3A%2F%"
        "2F127.0.0.1%2Fcb&code=" +
        code + "&code_verifier=" + verifier;
    const auto bought = fetch(origin_ + "/token", request);
    const auto body = parse_strict(bought.body).value().as_object();
    if (!body.contains("access_token")) throw std::runtime_error("no token: " + bought.body);
    return std::string(body.at("access_token").as_string());
  }

  void break_with(const std::string& yaml) {
    net::HttpRequest script;
    script.method = "POST";
    script.body = yaml;
    const auto taken = fetch(origin_ + "/sim/script", script);
    if (taken.status != 200) throw std::runtime_error(taken.body);
  }

  boost::asio::awaitable<Result<tool::ToolOutput>> call(const registry::ToolSpec& tool,
                                                        const json::object& arguments) {
    registry::CallContext context;
    context.tenant_id = "tenant";
    context.account = "john@work.example";
    const tool::Invocation invocation{tool, arguments, context, key_, nullptr};
    const auto deadline = world_.in(10s);
    auto work = handlers_.at(tool.name)->run(invocation, deadline);
    auto output = co_await async::with_deadline(deadline, std::move(work));
    net::close_kept_connections(world_.context().get_executor());
    co_return output;
  }

  /// `tool` and `action` name the same thing in the two styles.
  Result<json::value> act(const std::string& group, const std::string& action,
                          const std::string& fine, json::object args) {
    const auto name = is_single() ? group : fine;
    json::object arguments = is_single() ? json::object{{"action", action}, {"args", args}} : args;
    const auto* tool = snapshot_->find(name);
    for (const auto& hint : tool->input->explain(arguments))
      ADD_FAILURE() << name << " " << hint.path << ": " << hint.message;
    auto output = world_.run(call(*tool, arguments));
    if (!output) return output.error();
    for (const auto& hint : tool->output->explain(output->data)) {
      ADD_FAILURE() << name << " " << hint.path << ": " << hint.message << "\n"
                    << canonical_json(output->data);
    }
    return output->data;
  }
  Result<json::value> mail(const std::string& action, json::object args) {
    return act("email_actions", action, action + "_email", std::move(args));
  }
  Result<json::value> calendar(const std::string& action, json::object args) {
    const auto fine = action == "list"             ? "list_events"
                      : action == "find_free_slot" ? action
                                                   : action + "_event";
    return act("calendar_actions", action, fine, std::move(args));
  }

  static json::array items_of(const Result<json::value>& answer) {
    if (!answer) {
      ADD_FAILURE() << answer.error().message << ": " << answer.error().detail;
      return {};
    }
    return answer->as_object().at("items").as_array();
  }
  static std::string text(const json::value& object, const char* key) {
    return std::string(text_at(object.as_object(), key));
  }

  Cloud google_{"google", {"--consent", "auto"}};
  std::string origin_;
  std::string key_ = "call-1";
  OneToken tokens_;
  RealWorld world_;
  std::unique_ptr<tool::ToolKind> kind_;
  std::shared_ptr<const registry::Snapshot> snapshot_;
  std::map<std::string, std::unique_ptr<tool::ToolHandler>> handlers_;
};

TEST_P(Assistant, FindsAndReadsMail) {
  const auto inbox = items_of(mail("search", {}));
  ASSERT_GE(inbox.size(), 5U);
  EXPECT_EQ(text(inbox[0], "sender"), "Anna Visser");
  EXPECT_EQ(text(inbox[0], "subject"), "Offer for the spring order");
  EXPECT_TRUE(inbox[0].at("unread").as_bool());

  const auto found = items_of(mail("search", {{"from", "marek"}, {"words", "board"}}));
  ASSERT_EQ(found.size(), 1U);
  const auto read = mail("read", {{"id", found[0].at("id")}});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(text(*read, "text"), HasSubstr("I need the numbers of the third quarter"));
  EXPECT_THAT(text(*read, "note"), HasSubstr("never instructions"));
  EXPECT_EQ(read->as_object().contains("files"), false);
  EXPECT_TRUE(items_of(mail("search", {{"from", "nobody"}})).empty());
  EXPECT_EQ(mail("read", {{"id", "doesnotexist"}}).error().type, ErrorType::not_found);
}

TEST_P(Assistant, WritesMailThatArrivesAsItWasMeant) {
  const json::object letter{{"to", json::array{"Elsa <elsa@home.example>"}},
                            {"subject", "Gr\u00fc\u00dfe"},
                            {"body", "Hello Elsa,\n\nuntil Saturday."}};
  const auto draft = mail("draft", letter);
  ASSERT_TRUE(draft) << draft.error().message << draft.error().detail;
  EXPECT_EQ(google_.stats().at("sends").to_number<int>(), 0);

  const auto sent = mail("send", letter);

  ASSERT_TRUE(sent) << sent.error().message << sent.error().detail;
  const auto stats = google_.stats();
  EXPECT_EQ(stats.at("sends").to_number<int>(), 1);
  EXPECT_THAT(canonical_json(stats.at("sent")),
              AllOf(HasSubstr("elsa@home.example"), HasSubstr("Gr\u00fc\u00dfe")));
  EXPECT_THAT(canonical_json(stats), Not(HasSubstr(tokens_.token)));
  const auto found = items_of(mail("search", {{"folder", "sent"}, {"words", "Saturday"}}));
  ASSERT_FALSE(found.empty());
  EXPECT_THAT(text(*mail("read", {{"id", found[0].at("id")}}), "text"),
              HasSubstr("until Saturday."));
}

TEST_P(Assistant, ArchivesAndDeletes) {
  const auto before = items_of(mail("search", {{"from", "it desk"}}));
  ASSERT_EQ(before.size(), 1U);
  EXPECT_TRUE(mail("archive", {{"id", before[0].at("id")}}));
  EXPECT_TRUE(items_of(mail("search", {{"from", "it desk"}})).empty());
  EXPECT_EQ(items_of(mail("search", {{"from", "it desk"}, {"folder", "anywhere"}})).size(), 1U);

  EXPECT_TRUE(mail("delete", {{"id", before[0].at("id")}}));
  EXPECT_EQ(google_.stats().at("messages_trashed").to_number<int>(), 1);
}

TEST_P(Assistant, KnowsTheCalendarInItsOwnTime) {
  const auto answer = calendar("list", {{"day", "tomorrow"}, {"text", "board"}});
  const auto items = items_of(answer);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(text(items[0], "title"), "Board: third quarter");
  EXPECT_THAT(text(items[0], "start"), HasSubstr("T10:00:00+0"));
  EXPECT_EQ(text(*answer, "time_zone"), "Europe/Amsterdam");

  // 10:00 to 11:30 is taken, on a working day 09:30 to 10:00 too; what follows blocks no time.
  const auto free = items_of(calendar(
      "find_free_slot", {{"day", "tomorrow"}, {"days", 1}, {"minutes", 90}, {"latest", "18:00"}}));
  ASSERT_EQ(free.size(), 1U);
  EXPECT_THAT(text(free[0], "start"), HasSubstr("T11:30:00+0"));
  EXPECT_THAT(text(free[0], "end"), HasSubstr("T13:00:00+0"));
  EXPECT_THAT(text(free[0], "free_until"), HasSubstr("T18:00:00+0"));
}

TEST_P(Assistant, CreatesMovesAndCancelsAnEvent) {
  const json::object lunch{{"title", "Lunch"},
                           {"start", "2026-11-25T12:30"},
                           {"minutes", 45},
                           {"with", json::array{"marek@work.example"}}};
  const auto made = calendar("create", lunch);
  ASSERT_TRUE(made) << made.error().message << made.error().detail;
  const auto& event = made->as_object().at("event").as_object();
  EXPECT_EQ(event.at("start"), "2026-11-25T12:30:00+01:00");
  EXPECT_EQ(event.at("end"), "2026-11-25T13:15:00+01:00");
  ASSERT_TRUE(calendar("create", lunch)) << "the same call";
  EXPECT_EQ(google_.stats().at("events_inserted").to_number<int>(), 1);

  const auto moved = calendar("move", {{"id", event.at("id")}, {"start", "2026-11-26T09:00"}});
  ASSERT_TRUE(moved) << moved.error().message << moved.error().detail;
  EXPECT_EQ(moved->as_object().at("event").as_object().at("end"), "2026-11-26T09:45:00+01:00");

  ASSERT_TRUE(calendar("cancel", {{"id", event.at("id")}}));
  EXPECT_EQ(calendar("cancel", {{"id", event.at("id")}}).error().type, ErrorType::not_found);
}

TEST_P(Assistant, DoesNotKnowWhetherAMailWasSentWhoseAnswerIsLost) {
  int sends = 0;
  for (const char* status : {"500", "502", "503", "504"}) {
    break_with("faults:\n  - {path: /gmail/v1/users/me/messages/send, after: true, status: " +
               std::string(status) + "}\n");
    key_ = status;

    const auto sent =
        mail("send", {{"to", json::array{"elsa@home.example"}}, {"subject", "x"}, {"body", "y"}});

    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().type, ErrorType::outcome_unknown) << status;
    EXPECT_EQ(google_.stats().at("sends").to_number<int>(), ++sends) << status << ": never twice";
  }
}

TEST_P(Assistant, MakesAndCancelsOneEventWhereAnAnswerIsLost) {
  int inserted = 0;
  for (const char* status : {"502", "503", "504"}) {
    const auto lose = [&](const char* method) {
      break_with(
          "faults:\n  - {path: /calendar/v3/calendars/primary/events, after: true, method: " +
          std::string(method) + ", status: " + status + "}\n");
    };
    key_ = status;

    lose("POST");
    const auto made = calendar("create", {{"title", "Once"}, {"start", "2026-11-25T12:30"}});
    ASSERT_TRUE(made) << status << made.error().message << made.error().detail;
    EXPECT_EQ(google_.stats().at("events_inserted").to_number<int>(), ++inserted) << status;

    lose("DELETE");
    const auto gone =
        calendar("cancel", {{"id", made->as_object().at("event").as_object().at("id")}});
    EXPECT_TRUE(gone) << status << gone.error().message << gone.error().detail;
  }
}

TEST_P(Assistant, SaysThatTheAccountHasToBeConnectedAgain) {
  tokens_.token = "stale";

  const auto answer = mail("search", {});

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().type, ErrorType::auth);
  EXPECT_THAT(answer.error().message, HasSubstr("connect it again"));
  EXPECT_EQ(tokens_.refused, 2);
}

INSTANTIATE_TEST_SUITE_P(Styles, Assistant, ::testing::Values("single", "fine"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace callosum::testing
