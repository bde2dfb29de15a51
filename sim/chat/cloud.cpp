#include "sim/chat/cloud.hpp"

#include <boost/json/serialize.hpp>

#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "sim/chat/chat_shape.hpp"

namespace callosum::sim::chat {
namespace {

namespace asio = boost::asio;

constexpr Ms kIgnored{60'000};
const WireError kWrongKey{"invalid_api_key", "Incorrect API key provided."};

bool is_completion(const net::HttpRequest& request) {
  return request.path() == "/v1/chat/completions";
}

StreamPlan plain(net::HttpResponse response) {
  StreamPlan plan;
  plan.pieces.push_back({Ms(0), std::move(response.body)});
  plan.head = std::move(response);
  return plan;
}

StreamWish read_wish(std::string_view body) {
  StreamWish wish;
  const auto parsed = parse_strict(body);
  const auto* request = parsed ? parsed->if_object() : nullptr;
  if (!request) return wish;
  const auto* options = find_object(*request, "stream_options");
  const auto* usage = options ? options->if_contains("include_usage") : nullptr;
  wish.has_usage = usage && usage->is_bool() && usage->get_bool();
  const auto* parallel = request->if_contains("parallel_tool_calls");
  wish.may_be_parallel = parallel && parallel->is_bool() && parallel->get_bool();
  return wish;
}

}  // namespace

asio::awaitable<net::HttpResponse> Cloud::embed(const net::HttpRequest& request) {
  auto& stats = world().stats;
  stats.count("embedding_requests");
  if (!is_let_in(request)) co_return error_response(401, kWrongKey);
  const auto script = std::dynamic_pointer_cast<const ChatScript>(world().script);
  const auto how = script ? script->embeddings : Embeddings();
  const auto until = async::Deadline::after(world().time, how.delay);
  if (how.delay.count() > 0) co_await async::sleep_until(until);
  auto answer = answer_embeddings(request.body, how);
  if (answer.status != 200) stats.count("errors_sent");
  co_return answer;
}

asio::awaitable<net::HttpResponse> Cloud::handle(const net::HttpRequest& request) {
  if (request.method == "POST" && request.path() == "/v1/embeddings") {
    auto embedding = embed(request);
    co_return co_await std::move(embedding);
  }
  if (!is_completion(request)) {
    auto handling = ServiceCloud::handle(request);
    co_return co_await std::move(handling);
  }
  const auto plan = complete(request);
  const auto until = async::Deadline::after(world().time, plan.length());
  if (plan.length().count() > 0) co_await async::sleep_until(until);
  co_return plan.whole();
}

asio::awaitable<std::optional<StreamPlan>> Cloud::plan(const net::HttpRequest& request) {
  if (!is_completion(request)) co_return std::nullopt;
  co_return complete(request);
}

StreamPlan Cloud::complete(const net::HttpRequest& request) {
  auto& stats = world().stats;
  stats.count("requests");
  if (!is_let_in(request)) return refuse(401, kWrongKey);
  std::optional<WireError> refusal;
  std::uint16_t close_code = 0;
  if (auto refused = refuse_by_script(refusal, close_code)) return plain(std::move(*refused));

  auto turn = read_turn(request.body);
  if (!turn) {
    stats.count("errors_sent");
    return refuse(400, {"invalid_request_error", turn.error().message});
  }
  for (const auto& output : turn->outputs) stats.record_output(output.call_id, output.text);
  auto reply = reply_to(std::move(*turn));
  stats.count("responses");
  if (!reply.failure.empty()) return refuse(500, {"server_error", "The server had an error."});
  for (auto& part : reply.parts) {
    if (!part.call) continue;
    if (part.call->call_id.empty()) part.call->call_id = world().make_id("call_");
    stats.record_call(part.call->call_id, part.call->name, part.call->arguments, "completed");
    stats.count("function_calls");
  }
  return answer(reply, read_wish(request.body));
}

StreamPlan Cloud::answer(const Reply& reply, const StreamWish& wish) {
  auto plan = plan_stream(reply, wire_of(reply), wish);
  if (reply.is_ignored) {
    plan.pieces.insert(plan.pieces.begin(), StreamPiece{kIgnored, ""});
  }
  plan.on_left = [this] { world().stats.count("left_streams"); };
  return plan;
}

Wire Cloud::wire_of(const Reply& reply) const {
  const auto* script = dynamic_cast<const ChatScript*>(script_.get());
  const auto base = script ? script->wire : Wire();
  const auto own = read_wire(reply.wire, base);
  return own ? *own : base;
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

StreamPlan Cloud::refuse(int status, const WireError& error) {
  return plain(error_response(status, error));
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
