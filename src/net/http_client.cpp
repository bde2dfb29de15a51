#include "async/with_deadline.hpp"
#include "net/client.hpp"
#include "net/client_exchange.hpp"
#include "net/connect.hpp"
#include "net/content_coding.hpp"

namespace callosum::net {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<HttpResponse>> send_to(Url url, HttpRequest request,
                                              HttpClientOptions options, async::Deadline deadline) {
  auto connecting = connect_stream(url, options.tls, deadline, options.reach);
  auto stream = co_await std::move(connecting);
  if (!stream) co_return stream.error();
  HttpLimits limits;
  limits.max_header_bytes = options.max_header_bytes;
  limits.max_body_bytes = options.max_body_bytes;
  std::string left_over;
  if (options.may_have_left != nullptr) *options.may_have_left = true;
  const HttpExchange exchange{request, host_field(url), limits, options.on_body};
  auto exchanging = exchange_http(**stream, exchange, left_over);
  auto response = co_await std::move(exchanging);
  if (!response || !options.decodes) co_return response;
  auto body = decode_content(response->headers.get("content-encoding"), std::move(response->body),
                             options.max_body_bytes);
  if (!body) co_return body.error();
  response->body = std::move(*body);
  co_return response;
}

}  // namespace

asio::awaitable<Result<HttpResponse>> send_http(async::TimeSource&, std::string url,
                                                HttpRequest request, HttpClientOptions options,
                                                async::Deadline deadline) {
  auto parsed = parse_url(url);
  if (!parsed) co_return parsed.error();
  request.target = parsed->target;
  if (options.decodes) request.headers.set("Accept-Encoding", std::string(kAcceptedCodings));
  if (!is_encodable(request)) {
    co_return fail(ErrorType::validation,
                   "a header field or the method holds what may not be sent");
  }
  auto work = send_to(std::move(*parsed), std::move(request), std::move(options), deadline);
  co_return co_await async::with_deadline(deadline, std::move(work));
}

}  // namespace callosum::net
