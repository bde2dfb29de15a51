// Backends that do everything but answer: a typed error by the deadline, and memory flat.
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <zlib.h>

#include "http_fixture.hpp"
#include "net/server.hpp"
#include "sanitized.hpp"

namespace callosum::tool::http {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;

constexpr auto kWithin = 300ms;
/// What a loaded machine may add; a backend that were waited for would take many times that.
constexpr auto kSlack = testing::kIsSanitized ? 2000ms : 100ms;

asio::awaitable<void> stall(HostileServer& server, Socket& socket) {
  co_await server.read_request(socket);
  co_await server.stall(socket);
}

asio::awaitable<void> send_without_end(HostileServer& server, Socket& socket, std::string begin,
                                       std::string piece, std::chrono::nanoseconds every) {
  co_await server.read_request(socket);
  bool is_taken = co_await server.send(socket, std::move(begin));
  while (is_taken) {
    if (every > 0ns) co_await server.pause(every);
    is_taken = co_await server.send(socket, piece);
  }
}

/// Sends `begin`, then `piece` again and again.
HostileServer::Serve endless(std::string begin, std::string piece, std::chrono::nanoseconds every) {
  return [begin, piece, every](HostileServer& server, Socket& socket) {
    return send_without_end(server, socket, begin, piece, every);
  };
}

asio::awaitable<void> send_and_stall(HostileServer& server, Socket& socket, std::string begin) {
  co_await server.read_request(socket);
  co_await server.send(socket, std::move(begin));
  co_await server.stall(socket);
}

HostileServer::Serve then_stalls(std::string begin) {
  return [begin](HostileServer& server, Socket& socket) {
    return send_and_stall(server, socket, begin);
  };
}

using Count = std::shared_ptr<std::atomic<int>>;

/// The n-th connection gets the n-th answer; an empty one breaks.
asio::awaitable<void> answer_next(HostileServer& server, Socket& socket,
                                  std::vector<std::string> answers, Count count) {
  co_await server.read_request(socket);
  const auto number = static_cast<std::size_t>((*count)++);
  if (number < answers.size()) co_await server.send(socket, answers[number]);
}

HostileServer::Serve answers_in_turn(std::vector<std::string> answers) {
  const auto count = std::make_shared<std::atomic<int>>(0);
  return [answers, count](HostileServer& server, Socket& socket) {
    return answer_next(server, socket, answers, count);
  };
}

std::string status(const std::string& line, const std::string& fields = "") {
  return "HTTP/1.1 " + line + "\r\n" + fields + "Content-Length: 0\r\n\r\n";
}

std::string gzip_bomb() {
  const std::string plain(200 << 20, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
         std::to_string(out.size()) + "\r\n\r\n" + out;
}

struct Row {
  const char* name;
  HostileServer::Serve serve;
  ErrorType to_a_read;
};

std::vector<Row> hostile_backends() {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  const auto timeout = ErrorType::timeout;
  const auto transient = ErrorType::transient;
  const auto too_large = ErrorType::output_too_large;
  return {
      {"stalls before the headers", stall, timeout},
      {"stalls within the headers", then_stalls(head + "X: "), timeout},
      {"stalls within the body", then_stalls(head + "Content-Length: 9\r\n\r\n{\"a"), timeout},
      {"dribbles headers", endless(head, "X: y\r\n", 20ms), timeout},
      {"dribbles a body", endless(head + "Content-Length: 999\r\n\r\n", " ", 20ms), timeout},
      {"says only to go on", endless("", "HTTP/1.1 100 Continue\r\n\r\n", 0ns), transient},
      {"sends headers without end", endless(head, "X: " + std::string(999, 'x') + "\r\n", 0ns),
       too_large},
      {"sends chunks without end",
       endless(chunked, "400\r\n" + std::string(1024, 'x') + "\r\n", 0ns), too_large},
      {"sends a body without end", endless(head + "\r\n", std::string(64 << 10, 'x'), 0ns),
       too_large},
      {"promises 2 GB",
       endless(head + "Content-Length: 2147483648\r\n\r\n", std::string(64 << 10, 'x'), 0ns),
       too_large},
      {"sends a gzip bomb", answers_with(gzip_bomb()), too_large},
      {"sends broken gzip",
       answers_with(head + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"), transient},
      {"speaks another protocol", answers_with("220 mail.example ESMTP\r\n"), transient},
      {"says two lengths", answers_with(head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n1"),
       transient},
      {"closes at once", answers_with(""), transient},
      {"closes within the body", answers_with(head + "Content-Length: 9\r\n\r\n{\"a"), transient},
  };
}

/// What is freed stays with a sanitizer for a while: there the growth says nothing.
constexpr long kMayGrow_kb = testing::kIsSanitized ? 4 * 1024 * 1024 : 64 * 1024;

long peak_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

/// Calls of a tool whose backend is well, one after the other, while something else goes on.
struct Beside {
  HostileServer server{answers_with(ok("\"well\""))};
  int well = 0;
  std::string problem;
  std::chrono::nanoseconds longest{0};

  asio::awaitable<void> run(HttpWorld& world, ToolHandler& handler, const registry::ToolSpec& tool,
                            const bool& is_over) {
    while (!is_over && problem.empty()) {
      const auto start = std::chrono::steady_clock::now();
      auto calling = world.call(handler, tool, 5s);
      const auto output = co_await std::move(calling);
      longest =
          std::max<std::chrono::nanoseconds>(longest, std::chrono::steady_clock::now() - start);
      if (!output) problem = output.error().message;
      ++well;
    }
  }
};

/// Far more than it takes, and far less than a thread held by another tool's backend would show.
constexpr auto kUnharmed = 1s;

TEST(HostileBackend, LeavesOtherToolsUnharmed) {
  for (const auto& row : hostile_backends()) {
    HostileServer server(row.serve);
    Beside beside;
    HttpWorld world;
    world.allow(server.url());
    world.allow(beside.server.url());
    const auto good =
        HttpWorld::make_tool(R"({"retries":0,"url":")" + beside.server.url() + "/\"}");
    const auto good_handler = world.load(good).value();
    const auto bad = HttpWorld::make_tool(R"({"retries":0,"url":")" + server.url() + "/\"}");
    const auto bad_handler = world.load(bad).value();
    bool is_over = false;
    asio::co_spawn(world.world.context(), beside.run(world, *good_handler, good, is_over),
                   [](const std::exception_ptr& bug) { EXPECT_FALSE(bug); });
    asio::co_spawn(world.world.context(), world.call(*bad_handler, bad, kWithin),
                   [&](const std::exception_ptr&, const Result<ToolOutput>& output) {
                     EXPECT_FALSE(output) << row.name;
                     is_over = true;
                   });

    world.world.context().run();

    EXPECT_TRUE(is_over) << row.name;
    EXPECT_EQ(beside.problem, "") << row.name;
    EXPECT_GE(beside.well, 1) << row.name;
    EXPECT_LE(beside.longest, kUnharmed) << row.name;
  }
}

TEST(HostileBackend, EndsInATypedErrorByTheDeadlineAndMemoryStaysFlat) {
  const auto rows = hostile_backends();
  const auto before = peak_kilobytes();
  for (const auto& row : rows) {
    HostileServer server(row.serve);
    HttpWorld world;
    world.allow(server.url());

    // One that says enough is judged by what it says, however slow this machine.
    const std::chrono::nanoseconds within =
        row.to_a_read == ErrorType::timeout ? std::chrono::nanoseconds(kWithin) : kPatience;

    const auto read = world.read(server.url() + "/", within);
    const auto write = world.write(server.url() + "/", within);

    EXPECT_EQ(read.error(), row.to_a_read)
        << row.name << ": " << to_string(read.error()) << " " << read.data();
    EXPECT_EQ(write.error(), ErrorType::outcome_unknown)
        << row.name << ": " << to_string(write.error()) << " " << write.data();
    EXPECT_LE(read.took, within + kSlack) << row.name;
    EXPECT_LE(write.took, within + kSlack) << row.name;
    EXPECT_EQ(server.connections(), 2) << row.name;
  }
  EXPECT_LT(peak_kilobytes() - before, kMayGrow_kb);
}

TEST(HostileBackend, IsUnderstoodWhenItsJsonIsBroken) {
  for (const char* body : {"{", "nonsense", "{\"a\":1,\"a\":2}", "[1e999]", "\xff", "{} {}"}) {
    HostileServer server(answers_with(ok(body)));
    HttpWorld world;
    world.allow(server.url());

    const auto read = world.read(server.url() + "/", kPatience);
    const auto write = world.write(server.url() + "/", kPatience);

    EXPECT_EQ(read.error(), ErrorType::invalid_output) << body;
    // Its status has said that the write is done.
    EXPECT_EQ(write.error(), ErrorType::invalid_output) << body;
    EXPECT_LT(read.took, kPatience) << body;
    EXPECT_LT(write.took, kPatience) << body;
  }
}

/// A port whose queue of connections is full, so that the next one waits for ever.
class FullPort {
 public:
  FullPort() : acceptor_(context_) {
    acceptor_.open(asio::ip::tcp::v4());
    acceptor_.bind({asio::ip::address_v4::loopback(), 0});
    acceptor_.listen(0);
    for (int i = 0; i < 4; ++i) {
      auto& socket = sockets_.emplace_back(context_);
      socket.open(asio::ip::tcp::v4());
      socket.non_blocking(true);
      auto to = acceptor_.local_endpoint();
      ::connect(socket.native_handle(), to.data(), to.size());  // Asio's would wait
    }
  }
  std::string url() { return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

 private:
  asio::io_context context_;
  asio::ip::tcp::acceptor acceptor_;
  std::vector<asio::ip::tcp::socket> sockets_;
};

TEST(HostileBackend, ThatLetsNobodyInCostsNoMoreThanTheDeadline) {
  FullPort port;
  HttpWorld world;
  world.allow("http://" + port.url());
  const auto url = "http://" + port.url() + "/";

  const auto read = world.read(url, kWithin);
  const auto write = world.write(url, kWithin);

  EXPECT_EQ(read.error(), ErrorType::timeout) << read.data();
  EXPECT_EQ(write.error(), ErrorType::transient) << "nothing was sent: " << write.data();
  EXPECT_LE(read.took, kWithin + kSlack);
  EXPECT_LE(write.took, kWithin + kSlack);
}

TEST(HostileBackend, ThatStallsInTheHandshakeHasBeenSentNothing) {
  HostileServer server([](HostileServer& self, Socket& socket) -> asio::awaitable<void> {
    co_await self.stall(socket);
  });
  const auto url = "https://127.0.0.1:" + std::to_string(server.port());
  HttpWorld world;
  world.allow(url);

  const auto read = world.read(url + "/", kWithin);
  const auto write = world.write(url + "/", kWithin);

  EXPECT_EQ(read.error(), ErrorType::timeout);
  EXPECT_EQ(write.error(), ErrorType::transient) << write.data();
  EXPECT_LE(read.took, kWithin + kSlack);
  EXPECT_LE(write.took, kWithin + kSlack);
}

TEST(HostileBackend, ThatIsNotThereHasBeenSentNothing) {
  std::string url;
  {
    HostileServer gone(stall);
    url = gone.url();
  }
  HttpWorld world;
  world.allow(url);

  const auto read = world.read(url + "/");
  EXPECT_EQ(read.error(), ErrorType::transient);
  EXPECT_EQ(read.data(), "the service could not be reached") << "no address for a caller's ears";
  EXPECT_EQ(world.write(url + "/").error(), ErrorType::transient);
}

TEST(HttpRetry, RepeatsAReadUntilItIsAnswered) {
  HostileServer server(answers_in_turn({"", status("503 Busy"), ok("3")}));
  HttpWorld world;
  world.allow(server.url());

  const auto ended = world.run(HttpWorld::make_tool(R"({"url":")" + server.url() + "/\"}"));

  EXPECT_EQ(ended.data(), "3");
}

TEST(HttpRetry, SendsAWriteOnceUnlessTheBackendHonoursTheKey) {
  const auto write = [](const std::string& extra, HostileServer& server) {
    HttpWorld world;
    world.allow(server.url());
    const auto tool =
        HttpWorld::make_tool(R"({"method":"POST","url":")" + server.url() + "/\"" + extra + "}",
                             registry::Access::write);
    const auto handler = world.load(tool);
    EXPECT_EQ((*handler)->honours_key(), !extra.empty());
    return world.run(**handler, tool);
  };

  HostileServer unkeyed(answers_in_turn({"", ok("2")}));
  EXPECT_EQ(write("", unkeyed).error(), ErrorType::outcome_unknown);
  EXPECT_EQ(unkeyed.connections(), 1);
  HostileServer keyed(answers_in_turn({"", ok("2")}));
  EXPECT_EQ(write(R"(,"honours_key":true)", keyed).data(), "2");
  const auto requests = keyed.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0], requests[1]) << "the same key";
}

TEST(HttpRetry, DoesNotKnowWhatAServiceInTroubleHasDoneOfAWrite) {
  for (const auto& answer : {status("500 No"), status("502 Bad Gateway"), status("503 Busy"),
                             status("503 Busy", "Retry-After: 1\r\n"), status("504 Late")}) {
    HostileServer server(answers_with(answer));
    HttpWorld world;
    world.allow(server.url());

    EXPECT_EQ(world.write(server.url() + "/").error(), ErrorType::outcome_unknown) << answer;
    EXPECT_EQ(server.connections(), 1) << "never twice";
  }
  HostileServer slow(answers_with(status("429 Slow")));
  HttpWorld world;
  world.allow(slow.url());
  EXPECT_EQ(world.write(slow.url() + "/").error(), ErrorType::rate_limit) << "it was refused";
}

TEST(HttpRetry, StaysUnknownWhenTheSecondTryIsRefused) {
  HostileServer server(answers_in_turn({"", status("401 No")}));
  HttpWorld world;
  world.allow(server.url());
  const auto tool =
      HttpWorld::make_tool(R"({"method":"POST","honours_key":true,"url":")" + server.url() + "/\"}",
                           registry::Access::write);

  EXPECT_EQ(world.run(tool).error(), ErrorType::outcome_unknown);
}

TEST(HttpRetry, WaitsAsLongAsItIsAskedToIfThereIsTime) {
  HostileServer server(
      answers_with("HTTP/1.1 429 Slow\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"));
  HttpWorld world;
  world.allow(server.url());

  const auto ended = world.run(HttpWorld::make_tool(R"({"url":")" + server.url() + "/\"}"), 5s);

  EXPECT_EQ(ended.error(), ErrorType::rate_limit);
  EXPECT_LT(ended.took, 2s) << "a minute is more than there is";
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpBreaker, SparesABackendInTroubleForThatTenantAndNoOther) {
  HostileServer server(answers_with("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
  HostileServer other(answers_with(ok("\"well\"")));
  HttpWorld world;
  world.allow(server.url());
  world.allow(other.url());
  for (int i = 0; i < 5; ++i) world.read(server.url() + "/");
  EXPECT_EQ(server.connections(), 5);

  const auto spared = world.read(server.url() + "/");

  EXPECT_EQ(spared.error(), ErrorType::transient);
  EXPECT_EQ(server.connections(), 5);
  EXPECT_EQ(world.read(other.url() + "/").data(), "\"well\"");
  EXPECT_EQ(world.read(server.url() + "/").error(), ErrorType::transient);
  EXPECT_EQ(server.connections(), 5) << "what another one answers well says nothing of it";
  world.tenant = "tenant-b";
  world.read(server.url() + "/");
  EXPECT_EQ(server.connections(), 6);
}

class Hello final : public net::HttpHandler {
 public:
  asio::awaitable<net::HttpResponse> handle(const net::HttpRequest&) override {
    co_return net::HttpResponse::json(200, R"({"hello":"tls"})");
  }
  asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest&) override {
    co_return net::UpgradeDecision{};
  }
};

TEST(HttpTls, TrustsTheAuthoritiesOfTheConfigurationAndNobodyElse) {
  const testing::TempFolder folder;
  const auto cert = (folder.path() / "cert.pem").string();
  const auto key = (folder.path() / "key.pem").string();
  ASSERT_TRUE(net::make_localhost_certificate(cert, key));
  async::SystemTime time;
  Hello handler;
  asio::io_context context{1};
  net::ServerOptions options;
  options.tls = *net::make_server_tls(cert, key);
  auto server = net::make_server(context.get_executor(), time, handler, options);
  ASSERT_TRUE(server);
  asio::co_spawn(context, (*server)->run(), [](const std::exception_ptr&) {});
  std::thread thread([&] { context.run(); });
  const auto url = "https://localhost:" + std::to_string((*server)->port());
  HttpWorld trusting;
  trusting.config.egress.ca_file = cert;
  trusting.allow(url);
  HttpWorld other;
  other.allow(url);

  EXPECT_EQ(trusting.read(url + "/").data(), R"({"hello":"tls"})");
  EXPECT_EQ(other.write(url + "/").error(), ErrorType::permanent);

  asio::post(context, [&] { (*server)->stop(async::Deadline::after(time, 0s)); });
  thread.join();
}

}  // namespace
}  // namespace callosum::tool::http
