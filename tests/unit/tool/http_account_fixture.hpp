#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http_fixture.hpp"
#include "tool/account_tokens.hpp"

namespace callosum::tool::http {

/// Token after token, until there is none; keeps what was asked and refused.
struct FakeTokens final : AccountTokens {
  std::vector<std::string> tokens{"token-one", "token-two"};
  std::vector<std::string> refused;
  std::vector<std::string> asked;
  std::optional<Error> problem;
  std::optional<Error> problem_after_refusal;
  std::size_t at = 0;

  boost::asio::awaitable<Result<Secret>> token_for(const registry::CallContext& context,
                                                   std::string_view service,
                                                   async::Deadline) override {
    asked.push_back(context.tenant_id + " " + std::string(service));
    if (problem) co_return *problem;
    co_return Secret(tokens[at]);
  }
  void on_refused(const registry::CallContext&, std::string_view, const Secret& token) override {
    refused.push_back(token.reveal());
    if (problem_after_refusal) problem = problem_after_refusal;
    if (at + 1 < tokens.size()) ++at;
  }
};

/// Answers each request by its text.
using Answers = std::function<std::string(const std::string& request)>;
inline boost::asio::awaitable<void> answer_by(HostileServer& server, Socket& socket,
                                              Answers answers) {
  const auto request = co_await server.read_request(socket);
  auto bytes = answers(request);
  co_await server.send(socket, std::move(bytes));
}
inline HostileServer::Serve serve(Answers answers) {
  return [answers](HostileServer& server, Socket& socket) {
    return answer_by(server, socket, answers);
  };
}

inline std::string status(const std::string& line, const std::string& body = "{}",
                          const std::string& fields = "") {
  return "HTTP/1.1 " + line + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

inline const std::map<std::string, std::vector<std::string>> kApis{
    {"google", {"https://gmail.googleapis.com", "https://www.googleapis.com"}}};

struct AccountWorld : HttpWorld {
  FakeTokens tokens;
  AccountWorld() {
    options.accounts = &tokens;
    options.account_apis = kApis;
  }
  void stand_in(const HostileServer& server,
                const std::string& url = "https://gmail.googleapis.com") {
    config.egress.allow.push_back({url, true, server.url()});
  }
  static registry::ToolSpec make_tool(const std::string& run,
                                      registry::Access access = registry::Access::read) {
    auto tool = HttpWorld::make_tool(run, access);
    tool.account = "google";
    return tool;
  }
};

}  // namespace callosum::tool::http
