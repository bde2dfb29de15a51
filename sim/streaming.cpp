#include "sim/streaming.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdio>

#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "net/http_encode.hpp"
#include "net/http_request_decoder.hpp"

namespace callosum::sim {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::minutes kIdle{2};
constexpr std::chrono::hours kHung{1};
constexpr std::chrono::milliseconds kGoodbye{500};
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr net::HttpLimits kLimits{.max_body_bytes = 8 << 20};

std::string as_chunk(std::string_view bytes) {
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return size + std::string(bytes) + "\r\n";
}

std::string chunked_head(const net::HttpResponse& head) {
  auto out = "HTTP/1.1 " + std::to_string(head.status) + " " +
             std::string(net::reason_phrase(head.status)) + "\r\n";
  for (const auto& [name, value] : head.headers.all()) out.append(name + ": " + value + "\r\n");
  return out + "Transfer-Encoding: chunked\r\n\r\n";
}

/// What all connections share.
struct Front {
  net::HttpHandler& handler;
  StreamPlanner& planner;
  async::TimeSource& time;
  std::uint16_t inner_port = 0;
};

/// One connection: requests one after the other; an upgrade is passed on to the inner server, byte
/// for byte.
class StreamConnection {
 public:
  StreamConnection(tcp::socket socket, const Front& front)
      : socket_(std::move(socket)), front_(front), time_(front.time) {}

  asio::awaitable<void> run();

 private:
  enum class Step : std::uint8_t { next, over };

  asio::awaitable<bool> receive(net::HttpRequestDecoder& decoder);
  asio::awaitable<bool> fill();
  asio::awaitable<bool> send(std::string bytes);
  asio::awaitable<Step> answer(net::HttpRequestDecoder& decoder);
  asio::awaitable<Step> stream(const StreamPlan& plan);
  asio::awaitable<void> send_pieces(const StreamPlan& plan, bool& is_done);
  asio::awaitable<void> watch_client();
  asio::awaitable<void> pass_on();
  static asio::awaitable<void> copy(tcp::socket& from, tcp::socket& to);

  tcp::socket socket_;
  const Front& front_;
  async::TimeSource& time_;
  std::string input_;
  std::string raw_;  ///< of the request at hand, as it came
};

asio::awaitable<void> StreamConnection::run() {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  while (true) {
    net::HttpRequestDecoder decoder(kLimits);
    auto receiving = receive(decoder);
    const bool received = co_await std::move(receiving);
    if (!received) co_return;
    if (decoder.wants_upgrade()) {
      auto passing = pass_on();
      co_await std::move(passing);
      co_return;
    }
    auto answering = answer(decoder);
    const auto step = co_await std::move(answering);
    if (step == Step::over) co_return;
  }
}

asio::awaitable<Result<std::size_t>> read_some(tcp::socket& socket, asio::mutable_buffer to) {
  const auto [error, bytes] = co_await socket.async_read_some(to, kTuple);
  if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
  if (error) co_return fail(ErrorType::transient, error.message());
  co_return bytes;
}

asio::awaitable<bool> StreamConnection::fill() {
  char bytes[kReadBytes];
  auto reading = read_some(socket_, asio::buffer(bytes));
  const auto deadline = async::Deadline::after(time_, kIdle);
  const auto got = co_await async::with_deadline(deadline, std::move(reading));
  if (!got) co_return false;
  input_.append(bytes, *got);
  raw_.append(bytes, *got);
  co_return true;
}

asio::awaitable<bool> StreamConnection::receive(net::HttpRequestDecoder& decoder) {
  raw_ = input_;
  while (true) {
    const auto step = decoder.feed(input_);
    if (step == net::HttpRequestDecoder::Step::done) co_return true;
    if (step == net::HttpRequestDecoder::Step::fault) {
      const auto refusal = net::HttpResponse::text(decoder.fault().status, "bad request");
      auto sending = send(net::encode_response(refusal, {.keeps_alive = false}, time_.wall_now()));
      co_await std::move(sending);
      co_return false;
    }
    if (decoder.expects_continue()) {
      auto sending = send("HTTP/1.1 100 Continue\r\n\r\n");
      co_await std::move(sending);
    }
    auto filling = fill();
    const bool has_more = co_await std::move(filling);
    if (!has_more) co_return false;
  }
}

asio::awaitable<bool> StreamConnection::send(std::string bytes) {
  const auto [error, sent] = co_await asio::async_write(socket_, asio::buffer(bytes), kTuple);
  co_return !error;
}

asio::awaitable<StreamConnection::Step> StreamConnection::answer(net::HttpRequestDecoder& decoder) {
  auto& request = decoder.request();
  request.is_loopback = true;
  auto planning = front_.planner.plan(request);
  const auto plan = co_await std::move(planning);
  if (plan) {
    auto streaming = stream(*plan);
    co_return co_await std::move(streaming);
  }
  auto handling = front_.handler.handle(request);
  const auto response = co_await std::move(handling);
  const net::ResponseFraming framing{.keeps_alive = decoder.keeps_alive(),
                                     .is_head = request.method == "HEAD",
                                     .is_http_1_0 = decoder.is_http_1_0()};
  auto sending = send(net::encode_response(response, framing, time_.wall_now()));
  const bool sent = co_await std::move(sending);
  co_return sent&& framing.keeps_alive ? Step::next : Step::over;
}

asio::awaitable<StreamConnection::Step> StreamConnection::stream(const StreamPlan& plan) {
  const auto executor = co_await asio::this_coro::executor;
  bool is_done = false;
  async::TaskGroup tasks(executor, time_);
  tasks.spawn("pieces", send_pieces(plan, is_done));
  tasks.spawn("client", watch_client());
  co_await tasks.wait_any();
  tasks.cancel();
  co_await tasks.join();
  if (!is_done && plan.on_left) plan.on_left();
  co_return is_done && !plan.cut ? Step::next : Step::over;
}

asio::awaitable<void> StreamConnection::send_pieces(const StreamPlan& plan, bool& is_done) {
  auto text = chunked_head(plan.head);
  for (const auto& piece : plan.pieces) {
    if (piece.delay.count() > 0) {
      if (!text.empty()) {
        auto sending = send(std::exchange(text, {}));
        const bool sent = co_await std::move(sending);
        if (!sent) co_return;
      }
      const auto until = async::Deadline::after(time_, piece.delay);
      co_await async::sleep_until(until);
    }
    if (piece.bytes.empty()) continue;
    auto sending = send(std::exchange(text, {}) + as_chunk(piece.bytes));
    const bool sent = co_await std::move(sending);
    if (!sent) co_return;
  }
  if (!plan.cut) text += "0\r\n\r\n";
  auto sending = send(std::move(text));
  const bool sent = co_await std::move(sending);
  if (plan.cut == Manner::hang) {
    const auto until = async::Deadline::after(time_, kHung);
    co_await async::sleep_until(until);
  }
  if (plan.cut == Manner::reset) {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  }
  is_done = sent;
}

/// Ends when the client has gone.
asio::awaitable<void> StreamConnection::watch_client() {
  const auto [error] = co_await socket_.async_wait(tcp::socket::wait_read, kTuple);
  if (error) co_return;
  error_code failed;
  if (socket_.available(failed) == 0 || failed) co_return;
  // A next request already: it waits its turn.
  const auto executor = co_await asio::this_coro::executor;
  async::Event never(executor);
  const auto deadline = async::Deadline::after(time_, kHung);
  co_await never.wait(deadline);
}

asio::awaitable<void> StreamConnection::pass_on() {
  const auto executor = co_await asio::this_coro::executor;
  tcp::socket inner(executor);
  const tcp::endpoint there(asio::ip::address_v4::loopback(), front_.inner_port);
  const auto [error] = co_await inner.async_connect(there, kTuple);
  if (error) co_return;
  error_code ignored;
  inner.set_option(tcp::no_delay(true), ignored);
  const auto [failed, sent] = co_await asio::async_write(inner, asio::buffer(raw_), kTuple);
  if (failed) co_return;
  async::TaskGroup tasks(executor, time_);
  tasks.spawn("up", copy(socket_, inner));
  tasks.spawn("down", copy(inner, socket_));
  co_await tasks.wait_any();
  tasks.cancel();
  co_await tasks.join();
}

asio::awaitable<void> StreamConnection::copy(tcp::socket& from, tcp::socket& to) {
  std::vector<char> bytes(kReadBytes);
  while (true) {
    const auto [error, got] = co_await from.async_read_some(asio::buffer(bytes), kTuple);
    if (error) co_return;
    const auto [failed, sent] = co_await asio::async_write(to, asio::buffer(bytes, got), kTuple);
    if (failed) co_return;
  }
}

asio::awaitable<void> serve_one(tcp::socket socket, const Front& front) {
  StreamConnection connection(std::move(socket), front);
  auto running = connection.run();
  co_await std::move(running);
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, const Front& front) {
  const auto executor = acceptor.get_executor();
  async::TaskGroup connections(executor, front.time);
  while (acceptor.is_open()) {
    tcp::socket socket(executor);
    const auto [error] = co_await acceptor.async_accept(socket, kTuple);
    if (error == asio::error::operation_aborted) break;
    if (error) continue;
    connections.spawn("connection", serve_one(std::move(socket), front));
  }
  connections.cancel();
  co_await connections.join();
}

Result<tcp::acceptor> open_acceptor(asio::io_context& context, const net::ServerOptions& options) {
  error_code failed;
  const auto address = asio::ip::make_address(options.address, failed);
  if (failed) return fail(ErrorType::validation, "no such address: " + options.address);
  const tcp::endpoint endpoint(address, options.port);
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), failed);
  acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  acceptor.bind(endpoint, failed);
  if (failed)
    return fail(ErrorType::permanent,
                "cannot listen on " + options.address + ": " + failed.message());
  acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return fail(ErrorType::permanent, failed.message());
  return acceptor;
}

/// The inner server, which serves the WebSockets, and the front before it.
asio::awaitable<void> run_both(tcp::acceptor& acceptor, net::Server& inner, const Front& front,
                               async::Event& told) {
  const auto executor = acceptor.get_executor();
  async::TaskGroup tasks(executor, front.time);
  tasks.spawn_beside("inner", inner.run());
  tasks.spawn_beside("front", accept_all(acceptor, front));
  const auto never = async::Deadline::none(front.time);  // a signal ends this
  co_await told.wait(never);
  inner.stop(async::Deadline::after(front.time, kGoodbye));
  error_code ignored;
  acceptor.close(ignored);
  tasks.cancel();
  co_await tasks.join();
}

}  // namespace

Ms StreamPlan::length() const {
  Ms out{0};
  for (const auto& piece : pieces) out += piece.delay;
  return out;
}

net::HttpResponse StreamPlan::whole() const {
  auto out = head;
  out.body.clear();
  for (const auto& piece : pieces) out.body += piece.bytes;
  return out;
}

Result<void> serve_streams_until_told(async::TimeSource& time, net::HttpHandler& handler,
                                      const ListenOptions& options, std::string_view name,
                                      std::string_view path) {
  const bool is_tls = !options.tls_dir.empty() || !options.cert_file.empty();
  auto* planner = dynamic_cast<StreamPlanner*>(&handler);
  if (is_tls || !planner) return serve_until_told(time, handler, options, name, path);
  net::ServerOptions wanted;
  const auto parsed = parse_address(options.address, wanted);
  if (!parsed) return parsed.error();
  asio::io_context context(1);
  auto acceptor = open_acceptor(context, wanted);
  if (!acceptor) return acceptor.error();
  net::ServerOptions inner_options;
  inner_options.max_connections = 20000;
  auto inner = net::make_server(context.get_executor(), time, handler, inner_options);
  if (!inner) return inner.error();
  std::printf("callosum-sim %.*s listening on %s://%s:%u%.*s\n", static_cast<int>(name.size()),
              name.data(), options.scheme.c_str(), wanted.address.c_str(),
              acceptor->local_endpoint().port(), static_cast<int>(path.size()), path.data());
  std::fflush(stdout);

  const Front front{handler, *planner, time, (*inner)->port()};
  async::Event told(context.get_executor());
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const error_code& failed, int) {
    if (!failed) told.set();
  });
  std::exception_ptr bug;
  asio::co_spawn(context, run_both(*acceptor, **inner, front, told),
                 [&](std::exception_ptr thrown) {
                   bug = std::move(thrown);
                   signals.cancel();
                 });
  context.run();
  if (bug) std::rethrow_exception(bug);
  return {};
}

}  // namespace callosum::sim
