#pragma once

#include <boost/json/serialize.hpp>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "served.hpp"

namespace callosum::testing {

/// Somebody with a token of their own.
struct Who {
  std::string tenant = "bella";
  std::string subject = "ada";
  std::vector<std::string> roles = {"sales"};
  std::string token() const { return Served::token(tenant, roles, subject); }
};

/// A conversation that stays open until it goes.
class Talk {
 public:
  explicit Talk(const Served& gateway, const Who& who = {}) : client_(gateway.port()) {
    EXPECT_EQ(client_.upgrade("/v1/realtime", {"Authorization: Bearer " + who.token()}), 101);
    const auto created = client_.find_frame(1, "session.created");
    if (!created) throw std::runtime_error("no session");
    id = std::string(parse_strict(created->payload)->at("session").at("id").as_string());
  }
  /// Answers the gateway's goodbye.
  void part() {
    const auto goodbye = client_.find_frame(8);
    ASSERT_TRUE(goodbye);
    client_.send(client_frame(8, goodbye->payload));
  }
  std::string id;

 private:
  RawClient client_;
};

inline const std::vector<std::string> kSessionOptions{"--set", "provider=offline",
                                                      "--set", "limits.voice.calls=1000",
                                                      "--set", "limits.voice.retrieval_calls=1000"};

/// A gateway with two businesses, whose live sessions are named over HTTP.
class LiveSessions : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    gateway = std::make_unique<Served>(kSessionOptions);
    for (const char* slug : {"bella", "rival"}) {
      const auto made =
          gateway->ask("POST", "/api/admin/tenants",
                       R"({"slug":")" + std::string(slug) + R"(","timezone":"Europe/Rome"})");
      ASSERT_EQ(made.status, 201) << made.body;
    }
  }
  static void TearDownTestSuite() { gateway.reset(); }

  static net::HttpResponse post(const std::string& path, const std::string& body,
                                const std::string& token) {
    net::HttpRequest request;
    request.method = "POST";
    request.body = body;
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
    return fetch("http://127.0.0.1:" + std::to_string(gateway->port()) + path, request);
  }
  /// `more`: members of the body beside the session's id.
  static net::HttpResponse run(const std::string& tool, const std::string& session_id,
                               const std::string& more = "", const Who& who = {}) {
    return post("/api/tools/" + tool,
                R"({"session_id":")" + session_id + "\"" + (more.empty() ? "" : "," + more) + "}",
                who.token());
  }
  static net::HttpResponse execute(const std::string& tool, const std::string& session_id,
                                   const std::string& more = "", const Who& who = {}) {
    return post("/api/ai/realtime-tools/execute",
                R"({"tenant_id":")" + who.tenant + R"(","tool_name":")" + tool +
                    R"(","session_id":")" + session_id + "\"" + (more.empty() ? "" : "," + more) +
                    "}",
                who.token());
  }
  static json::array listed(const std::string& query = "") {
    const auto answer = gateway->ask_of("bella", "GET", "/api/admin/sessions?" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_strict(answer.body)->at("sessions").as_array();
  }
  /// The row of that session, once it is there as `is_so` wants it.
  static json::object row(const std::string& id,
                          const std::function<bool(const json::object&)>& is_so) {
    json::object found;
    EXPECT_TRUE(eventually(
        [&] {
          for (const auto& entry : listed("limit=200")) {
            if (entry.at("id") != json::value(id)) continue;
            found = entry.as_object();
            return is_so(found);
          }
          return false;
        },
        std::chrono::seconds(10)))
        << id << ": " << json::serialize(found);
    return found;
  }
  static std::string providers_id(const std::string& id) {
    const auto found =
        row(id, [](const auto& one) { return one.at("provider_session_id").is_string(); });
    return std::string(found.at("provider_session_id").as_string());
  }
  static void wait_for_the_end(const std::string& id) {
    row(id, [](const auto& one) { return one.at("state") == "ended"; });
  }
  static void edit_crm(std::string_view from, std::string_view to) {
    const auto path = gateway->folder() / "packs/crm/pack.yaml";
    auto text = gateway->read(path);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos);
    std::ofstream(path, std::ios::binary) << text.replace(at, from.size(), to);
    const auto reloaded = gateway->ask("POST", "/api/admin/registry/reload");
    ASSERT_EQ(reloaded.status, 200) << reloaded.body;
  }

  static inline std::unique_ptr<Served> gateway;
};

}  // namespace callosum::testing
