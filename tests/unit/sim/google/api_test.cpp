#include <gtest/gtest.h>

#include "google_line.hpp"

namespace callosum::sim::google {
namespace {

using testing::GoogleLine;
using testing::refusal_of;

std::string mail_body(const std::string& raw) {
  return json::serialize(json::object{{"raw", to_base64url(raw)}});
}

TEST(SimGoogleApi, TheSeedIsRelativeToTheTimeItIsToldOf) {
  GoogleLine line;
  line.sign_in("john@work.example");

  const auto mails = line.get("/gmail/v1/users/me/messages?q=newer_than:1h%20is:unread");
  const auto events = line.get(
      "/calendar/v3/calendars/primary/events?singleEvents=true&orderBy=startTime"
      "&timeMin=2026-11-18T00:00:00%2B01:00&timeMax=2026-11-19T00:00:00%2B01:00");

  EXPECT_EQ(mails.at("messages").get_array().size(), 1u);
  std::vector<std::string> summaries;
  for (const auto& event : events.at("items").get_array()) {
    summaries.emplace_back(text_at(event.get_object(), "summary"));
  }
  EXPECT_EQ(summaries, (std::vector<std::string>{"Team round", "Review of the spring order"}));
}

TEST(SimGoogleApi, EveryMethodAsksForAScopeOfItsOwn) {
  GoogleLine line;
  line.sign_in("john@work.example", std::string(scope::kMailModify));
  const auto ask = [&](const std::string& method, const std::string& target) {
    return line.send(method, target, "{}", line.token).status;
  };

  EXPECT_EQ(ask("GET", "/gmail/v1/users/me/messages"), 200);
  EXPECT_EQ(ask("DELETE", "/gmail/v1/users/me/messages/x"), 403);  // wants all of the mail
  EXPECT_EQ(ask("POST", "/gmail/v1/users/me/messages/x/trash"), 404);
  EXPECT_EQ(ask("GET", "/calendar/v3/users/me/calendarList"), 403);
  line.sign_in("john@work.example", std::string(scope::kEvents));
  EXPECT_EQ(ask("GET", "/calendar/v3/calendars/primary/events"), 200);
  EXPECT_EQ(ask("GET", "/calendar/v3/users/me/calendarList"), 403);
  EXPECT_EQ(ask("POST", "/calendar/v3/freeBusy"), 403);
}

TEST(SimGoogleApi, MetadataAloneShowsNoContent) {
  GoogleLine line;
  line.sign_in("john@work.example", std::string(scope::kMailMetadata));
  const auto list = line.get("/gmail/v1/users/me/messages?maxResults=1");
  const std::string mail =
      "/gmail/v1/users/me/messages/" +
      std::string(text_at(list.at("messages").get_array()[0].get_object(), "id"));

  EXPECT_TRUE(refusal_of(line.send("GET", mail, {}, line.token)).starts_with("403 forbidden"));
  EXPECT_EQ(line.send("GET", mail + "?format=metadata", {}, line.token).status, 200);
  EXPECT_TRUE(refusal_of(line.send("GET", "/gmail/v1/users/me/messages?q=a", {}, line.token))
                  .starts_with("403 forbidden"));
}

TEST(SimGoogleApi, BodiesThatAreNoneAreRefused) {
  GoogleLine line;
  line.sign_in("john@work.example");
  const auto send = [&](const std::string& body) {
    return refusal_of(line.send("POST", "/gmail/v1/users/me/messages/send", body, line.token));
  };

  EXPECT_TRUE(send("{").starts_with("400 parseError")) << send("{");
  EXPECT_TRUE(send("[1]").starts_with("400 parseError"));
  EXPECT_TRUE(send("{\"raw\":\"!!\"}").starts_with("400 invalidArgument"));
  EXPECT_TRUE(send("{\"raw\":5}").starts_with("400 invalidArgument"));
  EXPECT_TRUE(send(mail_body("no header here")).starts_with("400 invalidArgument"));
  EXPECT_EQ(line.world.stats.get("sends"), 0u);
}

TEST(SimGoogleApi, TheSenderIsWhoTheTokenIsOf) {
  GoogleLine line;
  line.sign_in("john@work.example");
  line.send("POST", "/gmail/v1/users/me/messages/send",
            mail_body("From: The Bank <bank@bank.example>\r\nTo: john@home.example\r\n"
                      "Bcc: secret@x.example\r\nSubject: Hi\r\n\r\nx"),
            line.token);

  line.sign_in("john@home.example");
  const auto list = line.get("/gmail/v1/users/me/messages?q=subject:hi");
  const auto id = std::string(text_at(list.at("messages").get_array()[0].get_object(), "id"));
  const auto raw =
      from_any_base64(text_at(line.get("/gmail/v1/users/me/messages/" + id + "?format=raw"), "raw"))
          .value();

  EXPECT_NE(raw.find("From: John Work <john@work.example>"), std::string::npos) << raw;
  EXPECT_EQ(raw.find("bank"), std::string::npos);
  EXPECT_EQ(raw.find("secret"), std::string::npos);
}

TEST(SimGoogleApi, TheServiceNamesEveryMailItself) {
  GoogleLine line;
  line.sign_in("john@work.example");
  const auto raw = "To: a@b.example\r\nMessage-ID: <mine@work.example>\r\n\r\nx";
  line.send("POST", "/gmail/v1/users/me/messages/send", mail_body(raw), line.token);
  line.send("POST", "/gmail/v1/users/me/messages/send", mail_body(raw), line.token);

  const auto stats = GoogleLine::object_of(line.send("GET", "/sim/stats"));
  const auto found = line.get("/gmail/v1/users/me/messages?q=rfc822msgid:mine@work.example");

  const auto& sent = stats.at("sent").get_array();
  EXPECT_EQ(text_at(sent[0].get_object(), "given_message_id"), "<mine@work.example>");
  EXPECT_NE(sent[0].get_object().at("message_id"), sent[1].get_object().at("message_id"));
  EXPECT_EQ(found.at("resultSizeEstimate"), 0);
}

TEST(SimGoogleApi, AMailToOneselfIsOneMail) {
  GoogleLine line;
  line.sign_in("john@work.example");
  const auto send = [&](const std::string& raw) {
    return GoogleLine::object_of(
        line.send("POST", "/gmail/v1/users/me/messages/send", mail_body(raw), line.token));
  };

  const auto sent = send("To: john@work.example\r\nSubject: Myself\r\n\r\nx");

  EXPECT_EQ(sent.at("labelIds").get_array().size(), 3u);
  const auto list = line.get("/gmail/v1/users/me/messages?q=subject:myself");
  EXPECT_EQ(list.at("resultSizeEstimate"), 1);
}

TEST(SimGoogleApi, AMailFromOutsideCannotAddFields) {
  GoogleLine line;

  const auto answer = line.send(
      "POST", "/sim/mail",
      R"({"to":"john@work.example","from":"a@b.example\r\nBcc: x","subject":"s\nX: y","text":"t"})");

  ASSERT_EQ(answer.status, 200);
  auto* const mail = line.world.accounts.find("john@work.example")
                         ->mailbox.find(text_at(GoogleLine::object_of(answer), "id"));
  EXPECT_EQ(mail->root.header("Bcc"), "");
  EXPECT_EQ(mail->root.header("X"), "");
}

TEST(SimGoogleApi, AFaultMayHideWhatWasDone) {
  GoogleLine line;
  line.sign_in("john@work.example");
  line.script("faults: [{path: /gmail, method: POST, status: 500, after: true, skip: 1}]");
  line.headers = {{"Idempotency-Key", "k"}};
  const auto send = [&] {
    return line
        .send("POST", "/gmail/v1/users/me/messages/send", mail_body("To: a@b.example\r\n\r\nx"),
              line.token)
        .status;
  };

  EXPECT_EQ(send(), 200);
  EXPECT_EQ(send(), 500);
  EXPECT_EQ(send(), 200);

  const auto stats = GoogleLine::object_of(line.send("GET", "/sim/stats"));
  EXPECT_EQ(stats.at("sends_by_idempotency_key").at("k"), 3);
  EXPECT_EQ(stats.at("calls").get_array().size(), 3u);
}

TEST(SimGoogleApi, AFaultMayMakeLateOneAccountOnly) {
  GoogleLine line;
  line.script("faults: [{account: john@home.example, delay_ms: 5000, always: true}]");
  const auto ms_of_call = [&] {
    const auto before = line.virtual_world.time().now();
    line.send("GET", "/gmail/v1/users/me/profile", {}, line.token);
    return (line.virtual_world.time().now() - before) / std::chrono::milliseconds(1);
  };

  line.sign_in("john@work.example");
  EXPECT_EQ(ms_of_call(), 0);
  line.sign_in("john@home.example");
  EXPECT_EQ(ms_of_call(), 5000);
}

TEST(SimGoogleApi, AScriptSaysWhereItIsWrong) {
  const auto message = [](const std::string& yaml) { return parse_script(yaml).error().message; };

  EXPECT_NE(message("fault: []").find("did you mean 'faults'"), std::string::npos);
  EXPECT_NE(message("faults:\n  - {status: 200}").find("line 2"), std::string::npos);
  EXPECT_NE(message("faults: [{path: /x}]").find("status or delay_ms"), std::string::npos);
  EXPECT_NE(message("faults: [{delay_ms: 60000}]").find("50000"), std::string::npos);
  EXPECT_FALSE(parse_script("faults: [").has_value());
}

TEST(SimGoogleApi, ResettingPutsBackTheSeedAndKeepsTheTokens) {
  GoogleLine line;
  line.sign_in("john@work.example");
  const auto before = line.get("/gmail/v1/users/me/profile").at("messagesTotal");
  line.send("POST", "/gmail/v1/users/me/messages/send", mail_body("To: a@b.example\r\n\r\nx"),
            line.token);

  line.send("POST", "/sim/reset");

  EXPECT_EQ(line.get("/gmail/v1/users/me/profile").at("messagesTotal"), before);
  EXPECT_EQ(line.world.stats.get("sends"), 0u);
}

TEST(SimGoogleApi, WhatIsNotHereSaysSo) {
  GoogleLine line;
  line.sign_in("john@work.example");

  for (const std::string path :
       {"/gmail/v1/users/me/history", "/calendar/v3/colors", "/drive/v3/files", "/sim/nothing",
        "/gmail/v1/users/", "/gmail/v1/users/me/messages/%ff/x", "/"}) {
    EXPECT_TRUE(refusal_of(line.send("GET", path, {}, line.token)).starts_with("404 notFound"))
        << path;
  }
}

TEST(SimGoogleApi, HoldsAgainstParametersOfNoSense) {
  GoogleLine line;
  line.sign_in("john@work.example");
  const auto status = [&](const std::string& path) {
    return line.send("GET", path, {}, line.token).status;
  };

  for (const std::string query :
       {"maxResults=-1", "maxResults=0", "maxResults=x", "pageToken=%00", "labelIds=NONE"}) {
    EXPECT_EQ(status("/gmail/v1/users/me/messages?" + query), 400) << query;
  }
  EXPECT_EQ(status("/gmail/v1/users/me/messages?q=%ff%fe((((((&pageToken="), 200);
  EXPECT_EQ(status("/gmail/v1/users/me/messages?maxResults=99999999"), 200);
  for (const std::string query : {"timeMin=x", "timeZone=Mars", "maxResults=x", "orderBy=size",
                                  "timeMin=2027-01-01T00:00:00Z&timeMax=2026-01-01T00:00:00Z"}) {
    EXPECT_EQ(status("/calendar/v3/calendars/primary/events?" + query), 400) << query;
  }
  EXPECT_EQ(status("/calendar/v3/calendars/primary/events?syncToken=a"), 410);
}

TEST(SimGoogleApi, DraftsAreListedByPagesThoughOneIsSentInBetween) {
  GoogleLine line;
  line.sign_in("john@work.example");
  const json::object message{{"raw", to_base64url("To: a@b.example\r\n\r\nx")}};
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) {
    const json::object draft{{"message", message}};
    made.emplace_back(text_at(line.post("/gmail/v1/users/me/drafts", draft), "id"));
  }
  const auto first = line.get("/gmail/v1/users/me/drafts?maxResults=2");
  const json::object sent{{"id", made[3]}};  // the last of the first page
  line.post("/gmail/v1/users/me/drafts/send", sent);

  const auto second = line.get("/gmail/v1/users/me/drafts?maxResults=5&pageToken=" +
                               std::string(text_at(first, "nextPageToken")));

  const auto& left = second.at("drafts").get_array();
  ASSERT_EQ(left.size(), 3u);
  EXPECT_EQ(text_at(left[0].get_object(), "id"), made[2]);
  EXPECT_FALSE(second.contains("nextPageToken"));
}

TEST(SimGoogleApi, AFullCalendarOfSeriesIsListedInTime) {
  GoogleLine line;
  line.sign_in("john@work.example");
  const auto body = "{\"recurrence\":[\"RRULE:FREQ=DAILY\"],\"description\":\"" +
                    std::string(20'000, 'a') + " aaa" +
                    "\",\"start\":{\"date\":\"2026-11-21\"},\"end\":{\"date\":\"2026-11-22\"}}";
  for (int i = 0; i < 100; ++i) {
    line.send("POST", "/calendar/v3/calendars/primary/events", body, line.token);
  }

  // A second of work; without its bounds it is minutes, and the program's time limit ends it.
  const auto list = line.get(
      "/calendar/v3/calendars/primary/events?singleEvents=true&orderBy=startTime&q=aaa"
      "&maxResults=5");

  EXPECT_EQ(list.at("items").get_array().size(), 5u);
  EXPECT_TRUE(list.contains("nextPageToken"));
}

}  // namespace
}  // namespace callosum::sim::google
