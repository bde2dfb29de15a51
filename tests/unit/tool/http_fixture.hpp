#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "hostile_server.hpp"
#include "net/kept_connections.hpp"
#include "real_world.hpp"
#include "tool/http/http_kind.hpp"

namespace callosum::tool::http {

using namespace std::chrono_literals;
using testing::HostileServer;
using Socket = HostileServer::Socket;

/// A deadline that an answer needs no part of: whoever uses it up has waited for it.
constexpr auto kPatience = 5s;

/// How a run ended, and how long it took.
struct Ended {
  Result<ToolOutput> output;
  std::chrono::nanoseconds took;
  ErrorType error() const { return output ? ErrorType::internal : output.error().type; }
  std::string data() const {
    return output ? canonical_json(output->data) : output.error().message;
  }
};

/// A kind with its configuration, and tools made of the text of their `run.http`.
struct HttpWorld {
  testing::RealWorld world;
  config::Config config;
  HttpOptions options;
  std::unique_ptr<ToolKind> kind;
  std::string key = "openai:call_1";
  std::string tenant = "tenant-a";

  void allow(const std::string& url, bool is_private = true) {
    config.egress.allow.push_back({url, is_private, {}});
  }

  static registry::ToolSpec make_tool(const std::string& run,
                                      registry::Access access = registry::Access::read) {
    registry::ToolSpec tool;
    tool.name = "tool";
    tool.access = access;
    const json::object text{{"type", "string"}};
    tool.input_schema = {{"type", "object"}, {"properties", {{"id", text}, {"q", text}}}};
    tool.bind = {{"business_id", "session.tenant_id"}};
    tool.run.kind = "http";
    tool.run.config = json::object{{"http", parse_strict(run).value()}};
    return tool;
  }

  Result<std::unique_ptr<ToolHandler>> load(const registry::ToolSpec& tool) {
    if (!kind) kind = make_http_kind(config, options);
    return kind->make(tool, {});
  }

  /// As the executor runs it: under its deadline.
  boost::asio::awaitable<Result<ToolOutput>> call(ToolHandler& handler,
                                                  const registry::ToolSpec& tool,
                                                  std::chrono::nanoseconds within,
                                                  json::object arguments = {{"id", "7"}}) {
    registry::CallContext context;
    context.tenant_id = tenant;
    const Invocation invocation{tool, arguments, context, key};
    const auto deadline = world.in(within);
    auto work = handler.run(invocation, deadline);
    auto output = co_await async::with_deadline(deadline, std::move(work));
    net::close_kept_connections(world.context().get_executor());  // the context ends with the call
    co_return output;
  }
  Ended run(ToolHandler& handler, const registry::ToolSpec& tool,
            std::chrono::nanoseconds within = 10s, json::object arguments = {{"id", "7"}}) {
    const auto start = std::chrono::steady_clock::now();
    auto output = world.run(call(handler, tool, within, std::move(arguments)));
    return {std::move(output), std::chrono::steady_clock::now() - start};
  }

  Ended run(const registry::ToolSpec& tool, std::chrono::nanoseconds within = 10s,
            json::object arguments = {{"id", "7"}}) {
    auto handler = load(tool);
    if (!handler) return {handler.error(), 0s};
    return run(**handler, tool, within, std::move(arguments));
  }

  Ended read(const std::string& url, std::chrono::nanoseconds within = 10s) {
    return run(make_tool(R"({"retries":0,"url":")" + url + "\"}"), within);
  }
  Ended write(const std::string& url, std::chrono::nanoseconds within = 10s) {
    return run(make_tool(R"({"method":"POST","url":")" + url + R"(","body":{"id":"{id}"}})",
                         registry::Access::write),
               within);
  }
};

inline boost::asio::awaitable<void> answer_once(HostileServer& server, Socket& socket,
                                                std::string bytes) {
  co_await server.read_request(socket);
  co_await server.send(socket, std::move(bytes));
}

/// Reads the request, then answers with these bytes and closes.
inline HostileServer::Serve answers_with(std::string bytes) {
  return
      [bytes](HostileServer& server, Socket& socket) { return answer_once(server, socket, bytes); };
}

inline std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace callosum::tool::http
