#include "async/with_deadline.hpp"
#include "net/client.hpp"
#include "net/client_exchange.hpp"
#include "net/connect.hpp"

namespace callosum::net {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<HttpResponse>> send_to(Url url, HttpRequest request,
                                              HttpClientOptions options, async::Deadline deadline) {
  auto connecting = connect_stream(url, options.tls, deadline);
  auto stream = co_await std::move(connecting);
  if (!stream) co_return stream.error();
  HttpLimits limits;
  limits.max_header_bytes = options.max_header_bytes;
  limits.max_body_bytes = options.max_body_bytes;
  std::string left_over;
  auto exchanging = exchange_http(**stream, request, host_field(url), limits, left_over);
  co_return co_await std::move(exchanging);
}

}  // namespace

asio::awaitable<Result<HttpResponse>> send_http(async::TimeSource&, std::string url,
                                                HttpRequest request, HttpClientOptions options,
                                                async::Deadline deadline) {
  auto parsed = parse_url(url);
  if (!parsed) co_return parsed.error();
  request.target = parsed->target;
  if (!is_encodable(request)) {
    co_return fail(ErrorType::validation,
                   "a header field or the method holds what may not be sent");
  }
  auto work = send_to(std::move(*parsed), std::move(request), std::move(options), deadline);
  co_return co_await async::with_deadline(deadline, std::move(work));
}

}  // namespace callosum::net
