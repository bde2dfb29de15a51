#include "sim/serve.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "async/deadline.hpp"

namespace callosum::sim {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kGoodbye{500};
constexpr std::size_t kMostConnections = 20000;

Result<std::shared_ptr<net::TlsContext>> make_tls(const ListenOptions& options) {
  auto cert = options.cert_file;
  auto key = options.key_file;
  if (!options.tls_dir.empty()) {
    std::error_code failed;
    std::filesystem::create_directories(options.tls_dir, failed);
    if (failed) return fail(ErrorType::permanent, "cannot make the folder " + options.tls_dir);
    cert = options.tls_dir + "/cert.pem";
    key = options.tls_dir + "/key.pem";
    const auto made = net::make_localhost_certificate(cert, key);
    if (!made) return made.error();
  }
  if (cert.empty() && key.empty()) return std::shared_ptr<net::TlsContext>();
  if (cert.empty() || key.empty()) {
    return fail(ErrorType::validation, "--tls-cert and --tls-key belong together");
  }
  return net::make_server_tls(cert, key);
}

}  // namespace

Result<void> parse_address(const std::string& text, net::ServerOptions& into) {
  const auto colon = text.rfind(':');
  const auto bad = [&] {
    return fail(ErrorType::validation, "an address must be ADDRESS:PORT, not '" + text + "'");
  };
  if (colon == std::string::npos) return bad();
  into.address = text.substr(0, colon);
  if (into.address.starts_with('[') && into.address.ends_with(']')) {
    into.address = into.address.substr(1, into.address.size() - 2);
  }
  const char* from = text.data() + colon + 1;
  const char* to = text.data() + text.size();
  const auto parsed = std::from_chars(from, to, into.port);
  if (parsed.ec != std::errc() || parsed.ptr != to) return bad();
  return {};
}

void add_listen_options(CLI::App& command, ListenOptions& options) {
  command.add_option("--listen", options.address, "ADDRESS:PORT; port 0: any free one")
      ->capture_default_str();
  command.add_option("--tls-cert", options.cert_file, "PEM certificate: serve TLS");
  command.add_option("--tls-key", options.key_file, "PEM key of the certificate");
  command.add_option("--tls-auto", options.tls_dir,
                     "Folder for a certificate of its own (cert.pem, key.pem), made if missing");
}

Result<void> serve_until_told(async::TimeSource& time, net::HttpHandler& handler,
                              const ListenOptions& options, std::string_view name,
                              std::string_view path) {
  net::ServerOptions server_options;
  server_options.max_connections = kMostConnections;
  server_options.log = [](const std::string& id, const std::string& what) {
    std::fprintf(stderr, "handler failed (%s): %s\n", id.c_str(), what.c_str());
  };
  const auto parsed = parse_address(options.address, server_options);
  if (!parsed) return parsed.error();
  auto tls = make_tls(options);
  if (!tls) return tls.error();
  server_options.tls = *tls;

  asio::io_context context(1);
  auto server = net::make_server(context.get_executor(), time, handler, server_options);
  if (!server) return server.error();
  const bool is_v6 = server_options.address.find(':') != std::string::npos;
  const auto host = is_v6 ? "[" + server_options.address + "]" : server_options.address;
  std::printf("callosum-sim %.*s listening on %s%s://%s:%u%.*s\n", static_cast<int>(name.size()),
              name.data(), options.scheme.c_str(), *tls ? "s" : "", host.c_str(), (*server)->port(),
              static_cast<int>(path.size()), path.data());
  std::fflush(stdout);

  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& failed, int) {
    if (!failed) (*server)->stop(async::Deadline::after(time, kGoodbye));
  });
  std::exception_ptr bug;
  asio::co_spawn(context, (*server)->run(), [&](std::exception_ptr thrown) {
    bug = std::move(thrown);
    signals.cancel();
  });
  context.run();
  if (bug) std::rethrow_exception(bug);
  return {};
}

}  // namespace callosum::sim
