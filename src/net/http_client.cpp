#include <array>
#include <boost/asio/this_coro.hpp>
#include <cstdio>

#include "async/with_deadline.hpp"
#include "net/client.hpp"
#include "net/client_exchange.hpp"
#include "net/connect.hpp"
#include "net/content_coding.hpp"
#include "net/kept_connections.hpp"

namespace callosum::net {

namespace asio = boost::asio;

namespace {

/// What was allowed to a connection, so that nobody with less gets it. The address it leads to was
/// judged when it was made.
std::string place_of(const Url& url, const HttpClientOptions& options) {
  std::array<char, 24> tls{};
  std::snprintf(tls.data(), tls.size(), "%p", static_cast<const void*>(options.tls.get()));
  return url.scheme + "://" + host_field(url) +
         (options.reach == Reach::anywhere ? " any " : " public ") + tls.data();
}

/// One request on its way.
class Sending {
 public:
  Sending(Url url, HttpRequest request, HttpClientOptions options, async::Deadline deadline)
      : url_(std::move(url)),
        request_(std::move(request)),
        options_(std::move(options)),
        deadline_(deadline) {
    limits_.max_header_bytes = options_.max_header_bytes;
    limits_.max_body_bytes = options_.max_body_bytes;
  }

  static asio::awaitable<Result<HttpResponse>> run(Sending self) {
    auto sending = self.send();
    auto response = co_await std::move(sending);
    if (!response || !self.options_.decodes) co_return response;
    auto body = decode_content(response->headers.get("content-encoding"), std::move(response->body),
                               self.options_.max_body_bytes);
    if (!body) co_return body.error();
    response->body = std::move(*body);
    co_return response;
  }

 private:
  asio::awaitable<Result<HttpResponse>> send() {
    if (options_.may_repeat) {
      const auto executor = co_await asio::this_coro::executor;
      auto kept = take_kept_connection(executor, place_of(url_, options_));
      AfterExchange after;
      if (kept) {
        auto again = exchange_over(std::move(kept), after);
        auto response = co_await std::move(again);
        if (response || after.has_heard) co_return response;
      }
    }
    auto connecting = connect_stream(url_, options_.tls, deadline_, options_.reach);
    auto stream = co_await std::move(connecting);
    if (!stream) co_return stream.error();
    AfterExchange after;
    auto exchanging = exchange_over(std::move(*stream), after);
    auto response = co_await std::move(exchanging);
    co_return response;
  }

  asio::awaitable<Result<HttpResponse>> exchange_over(std::unique_ptr<ByteStream> stream,
                                                      AfterExchange& after) {
    if (options_.may_have_left != nullptr) *options_.may_have_left = true;
    const HttpExchange exchange{request_, host_field(url_), limits_, options_.on_body,
                                options_.may_repeat};
    auto exchanging = exchange_http(*stream, exchange, after);
    auto response = co_await std::move(exchanging);
    if (response && after.may_go_on && response->status < 500) {
      keep_connection(place_of(url_, options_), std::move(stream), deadline_.time());
    }
    co_return response;
  }

  Url url_;
  HttpRequest request_;
  HttpClientOptions options_;
  async::Deadline deadline_;
  HttpLimits limits_;
};

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
  Sending sending(std::move(*parsed), std::move(request), std::move(options), deadline);
  auto work = Sending::run(std::move(sending));
  co_return co_await async::with_deadline(deadline, std::move(work));
}

}  // namespace callosum::net
