#include "net/connect.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

#include "async/cancellation.hpp"
#include "async/event.hpp"
#include "async/with_deadline.hpp"
#include "net/address_rules.hpp"

namespace callosum::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Endpoints = std::vector<tcp::endpoint>;

/// Outlives the one who asked: the system's resolver cannot be interrupted.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}

  tcp::resolver resolver;
  async::Event done;
  Endpoints endpoints;
  error_code error;
};

Error unknown_host(const Url& url, const std::string& why) {
  return fail(ErrorType::transient, "cannot resolve " + url.host, why);
}

asio::awaitable<Result<Endpoints>> resolve(Url url, async::Deadline deadline) {
  error_code not_an_address;
  const auto address = asio::ip::make_address(url.host, not_an_address);
  if (!not_an_address) co_return Endpoints{tcp::endpoint(address, url.port)};
  const auto executor = co_await asio::this_coro::executor;
  auto lookup = std::make_shared<Lookup>(executor);
  auto on_found = [lookup](error_code error, const tcp::resolver::results_type& found) {
    lookup->error = error;
    for (const auto& entry : found) lookup->endpoints.push_back(entry.endpoint());
    lookup->done.set();
  };
  lookup->resolver.async_resolve(url.host, std::to_string(url.port), tcp::resolver::numeric_service,
                                 std::move(on_found));
  const bool done = co_await lookup->done.wait(deadline);
  if (!done) co_return fail(ErrorType::timeout, "resolving " + url.host + " took too long");
  if (lookup->error) co_return unknown_host(url, lookup->error.message());
  if (lookup->endpoints.empty()) co_return unknown_host(url, "no address");
  co_return std::move(lookup->endpoints);
}

asio::awaitable<Result<error_code>> connect_to(tcp::socket& socket, tcp::endpoint endpoint) {
  const auto [error] = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
  co_await async::throw_if_cancelled();
  co_return error;
}

/// One address after the other; each gets its share of the time, so that a silent one does not take
/// it all.
asio::awaitable<Result<tcp::socket>> connect_any(const Url& url, Endpoints endpoints,
                                                 async::Deadline deadline) {
  const auto executor = co_await asio::this_coro::executor;
  std::string why = "no address";
  bool is_late = false;
  for (std::size_t at = 0; at < endpoints.size() && !deadline.passed(); ++at) {
    tcp::socket socket(executor);
    const auto share = deadline.at() == SteadyTime::max()
                           ? deadline
                           : deadline.within(deadline.left() / (endpoints.size() - at));
    auto connecting = connect_to(socket, endpoints[at]);
    const auto error = co_await async::with_deadline(share, std::move(connecting));
    is_late = !error;
    if (error && !*error) co_return std::move(socket);
    why = error ? error->message() : "no answer";
  }
  const std::string where = host_field(url);
  if (is_late) co_return fail(ErrorType::timeout, "connecting to " + where + " took too long");
  co_return fail(ErrorType::transient, "cannot connect to " + where, why);
}

/// Of what a name resolves to, one that is ours to reach; judged as the socket will have it.
Result<Endpoints> keep_reachable(const Url& url, Endpoints endpoints, Reach reach) {
  if (reach == Reach::anywhere) return endpoints;
  std::string refused;
  std::erase_if(endpoints, [&](const tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    const bool is_good = address.is_v4() ? is_public_address(address.to_v4().to_bytes())
                                         : is_public_address(address.to_v6().to_bytes());
    if (!is_good) refused += (refused.empty() ? "" : ", ") + address.to_string();
    return !is_good;
  });
  if (!endpoints.empty()) return endpoints;
  return fail(ErrorType::permanent, "the address of " + url.host + " may not be reached",
              "it resolves to " + refused + ", which is not of the open Internet");
}

Error tls_error(const Url& url, error_code error) {
  const bool is_ours = error.category() == asio::error::get_ssl_category();
  const auto type = is_ours ? ErrorType::permanent : ErrorType::transient;
  return fail(type, "no trusted TLS with " + host_field(url), error.message());
}

}  // namespace

std::string host_field(const Url& url) {
  const bool is_v6 = url.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + url.host + "]" : url.host;
  const bool is_usual = url.port == (url.is_tls() ? 443 : 80);
  return is_usual ? host : host + ":" + std::to_string(url.port);
}

asio::awaitable<Result<std::unique_ptr<ByteStream>>> connect_stream(Url url,
                                                                    std::shared_ptr<TlsContext> tls,
                                                                    async::Deadline deadline,
                                                                    Reach reach) {
  if (url.is_tls() && !tls) {
    auto made = make_client_tls();
    if (!made) co_return made.error();
    tls = *made;
  }
  if (!url.is_tls()) tls = nullptr;
  auto resolving = resolve(url, deadline);
  auto endpoints = co_await std::move(resolving);
  if (!endpoints) co_return endpoints.error();
  endpoints = keep_reachable(url, std::move(*endpoints), reach);
  if (!endpoints) co_return endpoints.error();
  auto connecting = connect_any(url, std::move(*endpoints), deadline);
  auto socket = co_await std::move(connecting);
  if (!socket) co_return socket.error();
  auto stream = make_byte_stream(std::move(*socket), std::move(tls));
  auto shaking = stream->handshake(false, url.host);
  const auto error = co_await std::move(shaking);
  co_await async::throw_if_cancelled();
  if (error) co_return tls_error(url, error);
  co_return stream;
}

}  // namespace callosum::net
