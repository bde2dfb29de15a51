#include "net/server_connection.hpp"

#include "async/cancellation.hpp"
#include "async/with_deadline.hpp"
#include "net/http_encode.hpp"
#include "net/http_request_decoder.hpp"
#include "net/ws_handshake.hpp"
#include "net/ws_link.hpp"

namespace callosum::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using Step = HttpRequestDecoder::Step;
using Fill = HttpPipe::Fill;

namespace {

HttpResponse error_response(int status, std::string_view why, std::string_view type) {
  return HttpResponse::json(status, std::string(R"({"error":{"message":")") + std::string(why) +
                                        R"(","type":")" + std::string(type) + R"("}})");
}

HttpResponse internal_error(const std::string& error_id) {
  return HttpResponse::json(
      500, R"({"error":{"message":"internal error","type":"server_error","error_id":")" + error_id +
               R"("}})");
}

asio::awaitable<Result<HttpResponse>> call_handler(HttpHandler& handler,
                                                   const HttpRequest& request) {
  auto work = handler.handle(request);
  co_return co_await std::move(work);
}

asio::awaitable<Result<UpgradeDecision>> call_upgrade(HttpHandler& handler,
                                                      const HttpRequest& request) {
  auto work = handler.upgrade(request);
  co_return co_await std::move(work);
}

}  // namespace

struct ServerConnection::WebSocket {
  std::function<asio::awaitable<void>(std::unique_ptr<WsConnection>)> serve;
  std::unique_ptr<WsConnection> connection;
};

/// Requests and answers on one connection until it closes or becomes a WebSocket.
class ServerConnection::Exchange {
 public:
  explicit Exchange(ServerConnection& owner)
      : owner_(owner),
        shared_(*owner.shared_),
        options_(shared_.options),
        pipe_(std::move(owner.stream_), shared_.time) {}
  ~Exchange() { owner_.waiting_pipe_ = nullptr; }

  asio::awaitable<std::unique_ptr<WebSocket>> run();

 private:
  asio::awaitable<bool> receive(HttpRequestDecoder& decoder);
  asio::awaitable<Fill> fill(const HttpRequestDecoder& decoder);
  asio::awaitable<HttpResponse> answer(const HttpRequest& request);
  asio::awaitable<std::unique_ptr<WebSocket>> upgrade(HttpRequestDecoder& decoder);
  asio::awaitable<std::unique_ptr<WebSocket>> switch_protocol(const HttpRequest& request,
                                                              UpgradeDecision decision);
  asio::awaitable<bool> send(const HttpResponse& response, HttpRequestDecoder& decoder);
  asio::awaitable<void> send_last(const HttpResponse& response);
  asio::awaitable<void> finish();
  async::Deadline handler_deadline() const {
    return async::Deadline::after(shared_.time, options_.handler_timeout);
  }

  ServerConnection& owner_;
  ServerShared& shared_;
  const ServerOptions& options_;
  HttpPipe pipe_;
  SteadyTime body_end_ = SteadyTime::max();  ///< of the request being read
  bool is_first_ = true;
};

asio::awaitable<std::unique_ptr<ServerConnection::WebSocket>> ServerConnection::Exchange::run() {
  pipe_.limit(options_.header_timeout);
  owner_.waiting_pipe_ = &pipe_;
  const Fill greeted = co_await pipe_.handshake();
  owner_.waiting_pipe_ = nullptr;
  if (greeted != Fill::bytes) co_return nullptr;
  while (true) {
    HttpRequestDecoder decoder(shared_.http_limits());
    const bool received = co_await receive(decoder);
    if (!received) co_return nullptr;
    if (std::exchange(is_first_, false)) owner_.on_request_();
    auto& request = decoder.request();
    request.peer = owner_.peer_.name;
    request.is_loopback = owner_.peer_.is_loopback;
    request.is_tls = options_.tls != nullptr;
    if (asks_for_websocket(request)) co_return co_await upgrade(decoder);
    const HttpResponse response = co_await answer(request);
    const bool goes_on = co_await send(response, decoder);
    if (!goes_on) co_return nullptr;
  }
}

/// True when a whole request is there; else the connection is to end, and what had to be said was
/// said.
asio::awaitable<bool> ServerConnection::Exchange::receive(HttpRequestDecoder& decoder) {
  body_end_ = SteadyTime::max();
  pipe_.limit(is_first_ ? options_.header_timeout : options_.keep_alive_timeout);
  bool has_continued = false;
  while (true) {
    const Step step = decoder.feed(pipe_.input());
    if (step == Step::done) co_return true;
    if (step == Step::fault) {
      const auto fault = decoder.fault();
      const auto last = error_response(fault.status, fault.reason, "invalid_request_error");
      co_await send_last(last);
      co_return false;
    }
    if (step == Step::need_body && decoder.expects_continue() && !has_continued) {
      has_continued = true;
      const bool sent =
          co_await pipe_.write("HTTP/1.1 100 Continue\r\n\r\n", options_.body_idle_timeout);
      if (!sent) co_return false;
    }
    const Fill filled = co_await fill(decoder);
    if (filled == Fill::bytes) continue;
    const bool has_begun = decoder.has_head() || !pipe_.input().empty();
    if (filled == Fill::timed_out && has_begun) {
      const auto last = shared_.is_stopping
                            ? error_response(503, "the server is going down", "server_error")
                            : error_response(408, "the request came too slowly", "timeout_error");
      co_await send_last(last);
    }
    co_return false;
  }
}

asio::awaitable<Fill> ServerConnection::Exchange::fill(const HttpRequestDecoder& decoder) {
  const bool is_idle = !decoder.has_head() && pipe_.input().empty();
  if (shared_.is_stopping) co_return is_idle ? Fill::closed : Fill::timed_out;
  if (decoder.has_head()) {
    if (body_end_ == SteadyTime::max()) body_end_ = shared_.time.now() + options_.body_timeout;
    pipe_.limit(std::min<std::chrono::nanoseconds>(options_.body_idle_timeout,
                                                   body_end_ - shared_.time.now()));
  }
  owner_.waiting_pipe_ = &pipe_;
  const Fill filled = co_await pipe_.fill();
  owner_.waiting_pipe_ = nullptr;
  if (is_idle) pipe_.limit(options_.header_timeout);
  co_return filled;
}

asio::awaitable<HttpResponse> ServerConnection::Exchange::answer(const HttpRequest& request) {
  std::exception_ptr failure;
  try {
    auto work = call_handler(shared_.handler, request);
    auto result = co_await async::with_deadline(handler_deadline(), std::move(work));
    if (result) co_return std::move(*result);
    co_return error_response(504, "that took too long", "timeout_error");
  } catch (...) {
    failure = std::current_exception();
  }
  if (async::is_cancellation(failure)) std::rethrow_exception(failure);
  co_return internal_error(shared_.report(failure));
}

asio::awaitable<bool> ServerConnection::Exchange::send(const HttpResponse& response,
                                                       HttpRequestDecoder& decoder) {
  ResponseFraming framing;
  framing.keeps_alive = decoder.keeps_alive() && !shared_.is_stopping;
  framing.is_head = decoder.request().method == "HEAD";
  framing.is_http_1_0 = decoder.is_http_1_0();
  const std::string bytes = encode_response(response, framing, shared_.time.wall_now());
  const bool sent = co_await pipe_.write(bytes, options_.body_idle_timeout);
  if (sent && !framing.keeps_alive) co_await finish();
  co_return sent&& framing.keeps_alive;
}

asio::awaitable<void> ServerConnection::Exchange::finish() {
  owner_.waiting_pipe_ = &pipe_;
  co_await pipe_.finish(shared_.is_stopping);
  owner_.waiting_pipe_ = nullptr;
}

asio::awaitable<void> ServerConnection::Exchange::send_last(const HttpResponse& response) {
  ResponseFraming framing;
  framing.keeps_alive = false;
  const std::string bytes = encode_response(response, framing, shared_.time.wall_now());
  const bool sent = co_await pipe_.write(bytes, options_.body_idle_timeout);
  if (sent) co_await finish();
}

asio::awaitable<std::unique_ptr<ServerConnection::WebSocket>> ServerConnection::Exchange::upgrade(
    HttpRequestDecoder& decoder) {
  const auto& request = decoder.request();
  const auto refusal = check_upgrade(request, decoder.is_http_1_0());
  if (refusal) {
    co_await send_last(*refusal);
    co_return nullptr;
  }
  std::exception_ptr failure;
  UpgradeDecision decision;
  try {
    auto work = call_upgrade(shared_.handler, request);
    auto result = co_await async::with_deadline(handler_deadline(), std::move(work));
    if (result) {
      decision = std::move(*result);
    } else {
      decision.refusal = error_response(504, "that took too long", "timeout_error");
    }
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure && async::is_cancellation(failure)) std::rethrow_exception(failure);
  if (failure) decision.refusal = internal_error(shared_.report(failure));
  if (!decision.refusal && shared_.is_stopping) {
    decision.refusal = error_response(503, "the server is going down", "server_error");
  }
  if (decision.refusal) {
    co_await send_last(*decision.refusal);
    co_return nullptr;
  }
  auto switching = switch_protocol(request, std::move(decision));
  co_return co_await std::move(switching);
}

asio::awaitable<std::unique_ptr<ServerConnection::WebSocket>>
ServerConnection::Exchange::switch_protocol(const HttpRequest& request, UpgradeDecision decision) {
  const auto response = accept_upgrade(request, decision.subprotocol);
  const std::string bytes = encode_response(response, {}, shared_.time.wall_now());
  const bool sent = co_await pipe_.write(bytes, options_.body_idle_timeout);
  if (!sent) co_return nullptr;
  WsLinkParts parts;
  parts.stream = pipe_.release_stream();
  parts.role = WsRole::server;
  parts.limits = decision.limits;
  parts.first_bytes = std::move(pipe_.input());
  parts.subprotocol = std::string(response.headers.get("sec-websocket-protocol"));
  parts.peer = owner_.peer_.name;
  auto socket = std::make_unique<WebSocket>();
  socket->serve = std::move(decision.serve);
  socket->connection = make_ws_connection(shared_.time, std::move(parts));
  co_return socket;
}

ServerConnection::ServerConnection(std::shared_ptr<ServerShared> shared, tcp::socket socket,
                                   std::function<void()> on_request)
    : shared_(std::move(shared)), peer_(describe_peer(socket)), on_request_(std::move(on_request)) {
  stream_ = make_byte_stream(std::move(socket), shared_->options.tls);
}

void ServerConnection::end_if_waiting() {
  if (waiting_pipe_) waiting_pipe_->interrupt();
}

asio::awaitable<std::unique_ptr<ServerConnection::WebSocket>> ServerConnection::speak_http() {
  Exchange exchange(*this);
  co_return co_await exchange.run();
}

asio::awaitable<void> ServerConnection::run() {
  // The frames of HTTP are gone before the WebSocket is served: an idle one keeps this frame only.
  const auto socket = co_await speak_http();
  if (!socket || !socket->serve) co_return;
  std::exception_ptr failure;
  try {
    auto serving = socket->serve(std::move(socket->connection));
    co_await std::move(serving);
  } catch (...) {
    failure = std::current_exception();
  }
  if (!failure) co_return;
  if (async::is_cancellation(failure)) std::rethrow_exception(failure);
  shared_->report(failure);
}

asio::awaitable<void> ServerConnection::refuse(AdmissionVerdict why) {
  if (shared_->options.tls) co_return;  // a handshake is what there is no room for
  HttpPipe pipe(std::move(stream_), shared_->time);
  const bool is_theirs = why == AdmissionVerdict::too_many_from_there;
  auto response =
      is_theirs ? error_response(429, "too many connections from this address", "rate_limit_error")
                : error_response(503, "too many connections", "server_error");
  response.headers.set("Retry-After", "5");
  ResponseFraming framing;
  framing.keeps_alive = false;
  const std::string bytes = encode_response(response, framing, shared_->time.wall_now());
  const bool sent = co_await pipe.write(bytes, shared_->options.header_timeout);
  if (sent) co_await pipe.finish();
}

}  // namespace callosum::net
