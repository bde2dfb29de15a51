#include "net/client_exchange.hpp"

#include <boost/asio/error.hpp>

#include "async/cancellation.hpp"
#include "net/http_response_decoder.hpp"

namespace callosum::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Step = HttpResponseDecoder::Step;

namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

asio::awaitable<error_code> write_all(ByteStream& stream, std::string_view bytes) {
  while (!bytes.empty()) {
    auto writing = stream.write_some(asio::buffer(bytes.data(), bytes.size()));
    const auto [error, sent] = co_await std::move(writing);
    co_await async::throw_if_cancelled();
    bytes.remove_prefix(sent);
    if (error) co_return error;
  }
  co_return error_code{};
}

Error describe(const HttpFault& fault, error_code error) {
  if (fault.status == 413 || fault.status == 431) {
    return fail(ErrorType::output_too_large, "the response is bigger than allowed",
                std::string(fault.reason));
  }
  if (error) return fail(ErrorType::transient, "the connection broke", error.message());
  return fail(ErrorType::transient, "the response is malformed", std::string(fault.reason));
}

}  // namespace

asio::awaitable<Result<HttpResponse>> exchange_http(ByteStream& stream,
                                                    const HttpExchange& exchange,
                                                    AfterExchange& after) {
  const std::string bytes = encode_request(exchange.request, exchange.host, exchange.keeps_alive);
  // A server may refuse before it has read the body: its answer counts, not our broken write.
  const error_code unsent = co_await write_all(stream, bytes);
  HttpResponseDecoder decoder(exchange.limits, exchange.request.method == "HEAD");
  error_code error;
  Step step = Step::need_more;
  auto& left_over = after.left_over;
  while (step == Step::need_more) {
    const std::size_t size = left_over.size();
    left_over.resize(size + kReadBytes);
    auto reading = stream.read_some(asio::buffer(left_over.data() + size, kReadBytes));
    const auto [failed, count] = co_await std::move(reading);
    co_await async::throw_if_cancelled();
    left_over.resize(size + count);
    error = failed;
    if (count > 0) {
      after.has_heard = true;
      const auto known = decoder.response().body.size();
      step = decoder.feed(left_over);
      const std::string_view body = decoder.response().body;
      if (exchange.on_body && body.size() > known) {
        exchange.on_body(decoder.response().status, body.substr(known));
      }
    } else if (failed == asio::error::eof) {
      step = decoder.end_of_stream();
      if (unsent) error = unsent;
    } else {
      co_return fail(ErrorType::transient, "the connection broke", failed.message());
    }
  }
  if (step == Step::fault) co_return describe(decoder.fault(), error);
  after.may_go_on = exchange.keeps_alive && decoder.keeps_alive() && !unsent && left_over.empty();
  co_return std::move(decoder.response());
}

}  // namespace callosum::net
