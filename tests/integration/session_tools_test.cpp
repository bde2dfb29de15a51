// HTTP calls that name a live session: POST /api/tools/{tool} and realtime-tools/execute.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/text.hpp"
#include "destructive_tools.hpp"
#include "live_sessions.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class SessionTools : public LiveSessions {};

constexpr const char* kInactive = "SESSION_INACTIVE";

TEST_F(SessionTools, NeedAUserAndTheIdOfASession) {
  const auto no_user = post("/api/tools/list_leads", R"({"session_id":"sess_x"})", "");
  EXPECT_EQ(no_user.status, 401);
  EXPECT_EQ(no_user.body, R"({"status":"error","message":"Auth required"})");

  for (const char* body : {"", "{}", R"({"status":"new"})", R"({"session_id":null})",
                           R"({"session_id":"","openai_session_id":null})"}) {
    const auto answer = post("/api/tools/list_leads", body, Who().token());
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.body,
              R"({"status":"error","message":"session_id or openai_session_id is required: )"
              R"(the id of a live session of yours"})")
        << body;
  }
}

TEST_F(SessionTools, RefuseABodyThatCanBeReadInTwoWays) {
  const Talk talk(*gateway);

  for (const auto& body :
       {R"({"session_id":")" + talk.id + R"(","session_id":")" + talk.id + "\"}",
        R"({"session_id":")" + talk.id + R"(","status":"new","status":"lost"})",
        std::string(R"({"session_id":7})"), std::string(R"({"openai_session_id":["x"]})"),
        std::string("[]"), std::string("{"), std::string("7")}) {
    const auto answer = post("/api/tools/list_leads", body, Who().token());
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr(R"({"status":"error","message":")")) << body;
  }
}

TEST_F(SessionTools, RunInTheSessionThatTheyName) {
  const Talk talk(*gateway);

  const auto flat = run("list_leads", talk.id, R"("status":"new")");
  const auto executed = execute("list_leads", talk.id, R"("tool_args":{"status":"lost"})");

  for (const auto& answer : {flat, executed}) {
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"({"status":"success","data":{"ok":true)"));
  }
  ASSERT_TRUE(eventually([&] { return gateway->audit().find(talk.id) != std::string::npos; }, 10s));
  EXPECT_THAT(gateway->audit(), HasSubstr(R"("session_id":")" + talk.id));
}

TEST_F(SessionTools, NeverShowTheToolTheIdsAndJudgeTheRest) {
  const Talk talk(*gateway);
  const auto theirs = providers_id(talk.id);

  const auto both = run("list_leads", talk.id, R"("openai_session_id":")" + theirs + "\"");
  const auto odd = run("list_leads", talk.id, R"("status":"nonsense")");

  EXPECT_THAT(both.body, HasSubstr(R"("ok":true)"));
  EXPECT_EQ(odd.status, 200);
  EXPECT_THAT(odd.body, HasSubstr("VALIDATION"));
  EXPECT_THAT(odd.body, Not(HasSubstr("session_id")));
}

TEST_F(SessionTools, TakeEitherIdInEitherPlaceButNotThoseOfTwoSessions) {
  const Talk one(*gateway);
  const Talk two(*gateway);
  const auto theirs = providers_id(one.id);
  const auto call = [](const std::string& body) {
    return post("/api/tools/list_leads", body, Who().token());
  };

  EXPECT_THAT(execute("list_leads", theirs).body, HasSubstr(R"("ok":true)"));
  for (const auto& body : {R"({"status":"new","openai_session_id":")" + theirs + "\"}",
                           R"({"status":"lost","session_id":")" + theirs + "\"}",
                           R"({"status":"qualified","openai_session_id":")" + one.id + "\"}"}) {
    EXPECT_THAT(call(body).body, HasSubstr(R"("ok":true)")) << body;
  }
  const auto two_of_them =
      call(R"({"session_id":")" + two.id + R"(","openai_session_id":")" + theirs + "\"}");
  EXPECT_EQ(two_of_them.status, 400);
  EXPECT_THAT(two_of_them.body, HasSubstr("name two different sessions"));
}

TEST_F(SessionTools, ResolveNobodyElsesSessionNorOneThatHasEnded) {
  const Talk talk(*gateway);
  const auto theirs = providers_id(talk.id);
  std::string ended;
  {
    const Talk short_one(*gateway);
    ended = short_one.id;
  }
  wait_for_the_end(ended);
  const Who eve{"bella", "eve", {"sales"}};
  const Who ada_elsewhere{"rival", "ada", {"sales"}};

  const auto unknown = run("list_leads", "sess_unknown");
  EXPECT_EQ(unknown.status, 200);
  EXPECT_THAT(unknown.body, HasSubstr(kInactive));
  for (const auto& [id, who] : {std::pair{talk.id, eve},
                                {theirs, eve},
                                {talk.id, ada_elsewhere},
                                {theirs, ada_elsewhere},
                                {ended, Who()}}) {
    const auto answer = run("list_leads", id, "", who);
    EXPECT_EQ(answer.status, unknown.status) << id << " " << who.subject;
    EXPECT_EQ(answer.body, unknown.body) << id << " " << who.subject;
    const auto executed = execute("list_leads", id, "", who);
    EXPECT_EQ(executed.body, unknown.body) << id << " " << who.subject;
  }
  EXPECT_THAT(run("list_leads", talk.id).body, HasSubstr(R"("ok":true)"));
}

TEST_F(SessionTools, OfATenantThatIsNotTheSessionsFindNoSession) {
  const Talk in_rival(*gateway, {"rival", "ada", {"sales"}});

  // A member of bella alone, by the name of bella, with the id of a session in rival.
  const auto answer = execute("list_leads", in_rival.id);

  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(kInactive));
}

TEST_F(SessionTools, AreOneCallUnderOneIdempotencyKey) {
  const Talk talk(*gateway);
  const auto ask = [&](const std::string& key, const std::string& name) {
    net::HttpRequest request;
    request.method = "POST";
    request.headers.set("Authorization", "Bearer " + Who{}.token());
    request.headers.set("Idempotency-Key", key);
    request.body = R"({"session_id":")" + talk.id + R"(","name":")" + name + "\"}";
    return fetch(gateway->main() + "/api/tools/create_lead", request).body;
  };
  const auto proposal = [](const std::string& body) {
    const auto parsed = parse_strict(body);
    boost::system::error_code none;
    const auto* id = parsed->find_pointer("/data/data/proposal_id", none);
    return id ? std::string(id->as_string()) : body;
  };

  const auto first = proposal(ask("key-of-a-page", "Page Quill"));

  EXPECT_EQ(first.size(), 36u) << first;
  EXPECT_EQ(proposal(ask("key-of-a-page", "Page Quill")), first);
  EXPECT_THAT(ask("key-of-a-page", "Another Quill"), HasSubstr("CONFLICT"));
  EXPECT_THAT(ask("short", "Page Quill"), HasSubstr("Idempotency-Key: expected"));
}

TEST_F(SessionTools, AreNeverDestructive) {
  const Talk talk(*gateway);

  for (const char* tool : {"delete_lead", "DELETE_LEAD", "x_drop_schema_y"}) {
    for (const auto& id : {talk.id, std::string("sess_unknown")}) {
      const auto answer = run(tool, id, R"("lead_id":"LD-4101")");
      EXPECT_EQ(answer.status, 403) << tool;
      EXPECT_EQ(
          answer.body,
          R"({"status":"error","message":"Realtime is not allowed to call destructive tools"})");
    }
  }
  EXPECT_THAT(run("teleport", talk.id).body, HasSubstr("NOT_FOUND"));
}

TEST_F(SessionTools, AreNeverDestructiveByTheirAccessOrAnArgument) {
  edit_crm("tools:\n", kDestructiveTools);
  const Talk talk(*gateway);

  for (const auto& [tool, args] : kDestructiveCalls) {
    const std::string body = args;
    const auto flat = run(tool, talk.id, body == "{}" ? "" : body.substr(1, body.size() - 2));
    const auto executed = execute(tool, talk.id, R"("tool_args":)" + body);
    for (const auto& answer : {flat, executed}) {
      EXPECT_EQ(answer.status, 403) << tool << body;
      EXPECT_EQ(answer.body, kDestructiveRefusal) << tool << body;
    }
    EXPECT_THAT(run(tool, "sess_unknown").body, HasSubstr(kInactive)) << "no session, no tool";
  }
  edit_crm(kDestructiveTools, "tools:\n");
}

TEST_F(SessionTools, RememberWhatHasComeUpWhicheverConnectionItCameOn) {
  for (int i = 0; i < 6; ++i) {  // each request on a connection, and maybe a thread, of its own
    const Talk talk(*gateway);
    const auto unseen = run("get_lead", talk.id, R"("lead_id":"LD-0001")");
    EXPECT_THAT(unseen.body, HasSubstr("has not come up in this conversation"));
    const auto made = gateway->ask_of("bella", "POST", "/api/admin/tools/create_lead",
                                      R"({"args":{"name":"Lead )" + std::to_string(i) + "\"}}");
    ASSERT_THAT(made.body, HasSubstr(R"("ok":true)"));
    const auto id = std::string(parse_strict(made.body)->at("data").at("lead_id").as_string());

    const auto list = run("list_leads", talk.id);
    const auto seen = run("get_lead", talk.id, R"("lead_id":")" + id + "\"");

    ASSERT_THAT(list.body, HasSubstr(id));
    EXPECT_THAT(seen.body, HasSubstr(R"("ok":true)")) << i;
  }
}

TEST_F(SessionTools, ProposeWhereTheSessionsPackSaysSoUnderItsId) {
  const Talk talk(*gateway);

  const auto first = run("create_lead", talk.id, R"("name":"Ada Quill")");
  const auto executed = execute("create_lead", talk.id, R"("tool_args":{"name":"Bo Void"})");

  EXPECT_THAT(first.body, HasSubstr(R"("proposed":true)"));
  EXPECT_THAT(executed.body, HasSubstr(R"("proposed":true)"));
  const auto open = gateway->ask_of("bella", "GET", "/api/admin/proposals").body;
  EXPECT_THAT(open, HasSubstr(R"("session_id":")" + talk.id));
}

TEST_F(SessionTools, KeepTheSessionsVersionOfThePacksAndItsAccessModeAndWriteOnce) {
  const Talk before(*gateway);
  edit_crm("access_mode: propose_actions", "access_mode: confirm");
  const Talk after(*gateway);

  const auto proposed = run("create_lead", before.id, R"("name":"Cy Park")");
  const auto body = R"("tool_args":{"name":"Dee Lane"},"call_id":"call_of_browser_1")";
  const auto first = execute("create_lead", after.id, body);
  const auto again = execute("create_lead", after.id, body);
  const auto other = execute("create_lead", after.id,
                             R"("tool_args":{"name":"Ed Moor"},"call_id":"call_of_browser_1")");
  const auto leads = run("list_leads", after.id).body;
  edit_crm("access_mode: confirm", "access_mode: propose_actions");

  EXPECT_THAT(proposed.body, HasSubstr(R"("proposed":true)"));
  EXPECT_THAT(first.body, HasSubstr(R"("ok":true)"));
  EXPECT_THAT(first.body, Not(HasSubstr("proposed")));
  const auto data = [](const net::HttpResponse& answer) {
    return json::serialize(parse_strict(answer.body)->at("data").at("data"));
  };
  EXPECT_EQ(data(first), data(again));
  EXPECT_THAT(other.body, HasSubstr("CONFLICT"));
  EXPECT_THAT(leads, HasSubstr("Dee Lane"));
  EXPECT_EQ(leads.find("Dee Lane"), leads.rfind("Dee Lane"));
  EXPECT_THAT(leads, Not(HasSubstr("Ed Moor")));
  const auto version = [](const net::HttpResponse& answer) {
    return parse_strict(answer.body)->at("data").at("meta").at("registry_version");
  };
  EXPECT_NE(version(proposed), version(first));
  const auto any = [](const auto&) { return true; };
  EXPECT_EQ(version(proposed), row(before.id, any).at("registry_version"));
  EXPECT_EQ(version(first), row(after.id, any).at("registry_version"));
}

TEST_F(SessionTools, GiveUpNoConsentOfTheirOwn) {
  const Talk talk(*gateway);
  edit_crm("access_mode: propose_actions", "access_mode: confirm");
  edit_crm("  - name: create_lead\n", "  - name: create_lead\n    confirmation: spoken\n");
  const Talk asked(*gateway);

  const auto question = run("create_lead", asked.id, R"("name":"Flo Reed")");
  ASSERT_THAT(question.body, HasSubstr(R"("confirmation_request")"));
  const auto body = parse_strict(question.body).value();
  const auto token =
      std::string(body.at("data").at("error").at("confirmation_request").at("token").as_string());
  const auto redeemed =
      run("create_lead", asked.id, R"("name":"Flo Reed","confirmationToken":")" + token + "\"");
  edit_crm("  - name: create_lead\n    confirmation: spoken\n", "  - name: create_lead\n");
  edit_crm("access_mode: confirm", "access_mode: propose_actions");

  EXPECT_THAT(redeemed.body, HasSubstr("CONFIRMATION_REQUIRED"));
  EXPECT_THAT(run("list_leads", talk.id).body, Not(HasSubstr("Flo Reed")));
}

/// Calls of a session over HTTP, and which gate they failed at.
class CountedSessionTools : public ::testing::Test {
 protected:
  explicit CountedSessionTools(const std::vector<std::string>& limits = {}) {
    std::vector<std::string> options{"--set", "provider=offline"};
    for (const auto& limit : limits) options.insert(options.end(), {"--set", limit});
    served = std::make_unique<Served>(options);
    served->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
  }

  std::string search(const Talk& talk, const std::string& text) const {
    net::HttpRequest request;
    request.method = "POST";
    request.body = R"({"session_id":")" + talk.id + R"(","text":")" + text + "\"}";
    request.headers.set("Authorization", "Bearer " + Who().token());
    return fetch(served->main() + "/api/tools/search_crm", request).body;
  }
  /// Of the refused calls of a session, once so many calls of it are recorded.
  std::vector<std::string> gates(const Talk& talk, std::size_t calls) const {
    std::vector<std::string> found;
    const auto read = [&] {
      found.clear();
      std::size_t recorded = 0;
      const auto text = served->audit();
      for (const auto line : split(trim(text), '\n')) {
        const auto record = parse_strict(line);
        if (!record || record->at("session_id") != json::value(talk.id)) continue;
        ++recorded;
        if (!record->at("ok").as_bool()) found.emplace_back(record->at("gate").as_string());
      }
      return recorded >= calls;
    };
    EXPECT_TRUE(eventually(read, 10s));
    return found;
  }

  std::unique_ptr<Served> served;
};

/// So few that two windows of time, which may pass meanwhile, do not hold the calls of a test.
struct OnABudget : CountedSessionTools {
  OnABudget() : CountedSessionTools({"limits.voice.calls=2"}) {}
};
struct OnNoBudget : CountedSessionTools {
  OnNoBudget() : CountedSessionTools({"limits.voice.calls=0", "limits.voice.retrieval_calls=0"}) {}
};

TEST_F(OnABudget, DifferentCallsOfOneSessionAreCountedTogether) {
  const Talk one(*served);
  const Talk two(*served);

  std::string all;
  for (const char* text : {"ab", "cd", "ef", "gh", "ij"}) all += search(one, text);

  EXPECT_THAT(all, HasSubstr("BUDGET_EXCEEDED"));
  const auto refused_by = gates(one, 5);
  EXPECT_THAT(refused_by, ::testing::Not(::testing::IsEmpty()));
  EXPECT_THAT(refused_by, ::testing::Each("budget"));
  EXPECT_THAT(search(two, "ab"), HasSubstr(R"("ok":true)"));
}

TEST_F(OnNoBudget, TheSameCallOfOneSessionAgainAndAgainIsALoop) {
  const Talk one(*served);
  const Talk two(*served);

  std::string all, others;
  for (int i = 0; i < 5; ++i) all += search(one, "ab");
  for (const char* text : {"cd", "ef", "gh", "ij"}) others += search(one, text);

  EXPECT_THAT(all, HasSubstr("BUDGET_EXCEEDED"));
  EXPECT_THAT(others, Not(HasSubstr("BUDGET_EXCEEDED")));
  const auto refused_by = gates(one, 9);
  EXPECT_THAT(refused_by, ::testing::Not(::testing::IsEmpty()));
  EXPECT_THAT(refused_by, ::testing::Each("loop_breaker"));
  EXPECT_THAT(search(two, "ab"), HasSubstr(R"("ok":true)"));
}

}  // namespace
}  // namespace callosum::testing
