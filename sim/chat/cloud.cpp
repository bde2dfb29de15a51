#include "sim/chat/cloud.hpp"

#include <boost/json/serialize.hpp>

#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "sim/chat/chat_shape.hpp"

namespace callosum::sim::chat {

namespace asio = boost::asio;

asio::awaitable<net::HttpResponse> Cloud::handle(const net::HttpRequest& request) {
  if (request.path() != "/v1/chat/completions") {
    auto handling = ServiceCloud::handle(request);
    co_return co_await std::move(handling);
  }
  auto completing = complete(request);
  co_return co_await std::move(completing);
}

asio::awaitable<net::HttpResponse> Cloud::complete(const net::HttpRequest& request) {
  auto& stats = world().stats;
  stats.count("requests");
  const bool is_let_in = key_.empty() || request.headers.get("Authorization") == "Bearer " + key_;
  if (!is_let_in) co_return error_response(401, {"invalid_api_key", "Incorrect API key provided."});
  std::optional<WireError> refusal;
  std::uint16_t close_code = 0;
  if (auto refused = refuse_by_script(refusal, close_code)) co_return std::move(*refused);

  auto turn = read_turn(request.body);
  if (!turn) {
    stats.count("errors_sent");
    co_return error_response(400, {"invalid_request_error", turn.error().message});
  }
  for (const auto& output : turn->outputs) stats.record_output(output.call_id, output.text);
  auto reply = reply_to(std::move(*turn));
  const auto delay = reply.is_ignored ? Ms(60'000) : reply.start_delay;
  if (delay.count() > 0) {
    const auto until = async::Deadline::after(world().time, delay);
    co_await async::sleep_until(until);
  }
  stats.count("responses");
  if (!reply.failure.empty()) {
    co_return error_response(500, {"server_error", "The server had an error."});
  }
  for (auto& part : reply.parts) {
    if (!part.call) continue;
    if (part.call->call_id.empty()) part.call->call_id = world().make_id("call_");
    stats.record_call(part.call->call_id, part.call->name, part.call->arguments, "completed");
    stats.count("function_calls");
  }
  net::HttpResponse response;
  response.headers.set("Content-Type", "text/event-stream");
  response.body = encode_stream(reply);
  co_return response;
}

Reply Cloud::reply_to(Turn turn) {
  if (script_ != world().script) {
    script_ = world().script;
    book_ = std::make_unique<RuleBook>(script_);
    requests_ = 0;
  }
  turn.nth = ++requests_;
  return book_->reply_to(turn);
}

net::HttpResponse Cloud::error_response(int status, const WireError& error) const {
  const json::object details{{"message", error.message},
                             {"type", status >= 500 ? "server_error" : "invalid_request_error"},
                             {"code", error.code}};
  return net::HttpResponse::json(status, json::serialize(json::object{{"error", details}}));
}

net::HttpResponse Cloud::make_secret(const net::HttpRequest&) {
  return error_response(404, {"", "This server has no voice."});
}

net::UpgradeDecision Cloud::admit(const net::HttpRequest&) {
  net::UpgradeDecision decision;
  decision.refusal = error_response(404, {"", "This server has no voice."});
  return decision;
}

}  // namespace callosum::sim::chat
