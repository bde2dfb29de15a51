#include "served.hpp"

#include <boost/json/serialize.hpp>
#include <csignal>
#include <fstream>
#include <stdexcept>

#include "api/auth/jwt.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::testing {
namespace {

const std::string kKey = "0123456789abcdef0123456789abcdef";

/// The first address after `from`.
std::string address_after(const std::string& line, std::string_view from) {
  const auto at = line.find("http://", line.find(from));
  if (at == std::string::npos) return {};
  return line.substr(at, line.find_first_of(", ", at) - at);
}

}  // namespace

Served::Served(const std::vector<std::string>& options, const Environment& more)
    : arguments_{"serve"}, environment_{{"HOME", folder_.path().string()}} {
  std::filesystem::copy(std::string(CALLOSUM_SOURCE_DIR) + "/packs", folder() / "packs",
                        std::filesystem::copy_options::recursive);
  for (const auto& set :
       {"listen=127.0.0.1:0", "admin.listen=127.0.0.1:0", "auth.jwt.algorithm=HS256",
        "log.format=text", "registry.lock=false", "threads=2"}) {
    arguments_.insert(arguments_.end(), {"--set", set});
  }
  arguments_.insert(arguments_.end(), {"--set", "auth.jwt.key=" + kKey});
  arguments_.insert(arguments_.end(), {"--set", "data=" + data().string()});
  arguments_.insert(arguments_.end(), {"--set", "packs=" + (folder() / "packs").string()});
  arguments_.insert(arguments_.end(), options.begin(), options.end());
  environment_.insert(more.begin(), more.end());
  start_again();
}

void Served::start_again(const Environment& more) {
  auto environment = environment_;
  environment.insert(more.begin(), more.end());
  process_.reset();  // one at a time on these files
  process_ = start_callosum(arguments_, environment);
  const auto line = process_->read_line(std::chrono::seconds(60));
  main_ = address_after(line, "listening on");
  admin_ = address_after(line, "admin on");
  if (admin_.empty()) {
    throw std::runtime_error("no address in '" + line + "': " + process_->errors());
  }
}

void Served::stop() {
  process_->send_signal(SIGTERM);
  if (!process_->wait(std::chrono::seconds(60))) throw std::runtime_error("it does not end");
}

std::uint16_t Served::port() const {
  return static_cast<std::uint16_t>(std::stoi(main_.substr(main_.rfind(':') + 1)));
}

std::string Served::token(const std::string& tenant, const std::vector<std::string>& roles,
                          const std::string& subject) {
  const auto now = std::chrono::system_clock::now();
  const json::object claims{{"sub", subject},
                            {"tenants", json::array{json::string(tenant)}},
                            {"roles", json::array(roles.begin(), roles.end())},
                            {"phone", "+12125550199"},
                            {"assurance", "carrier"},
                            {"exp", epoch_s(now + std::chrono::hours(1))}};
  return api::auth::mint_token(claims, Secret(kKey), api::auth::JwtAlgorithm::hs256).value();
}

namespace {

struct Asked {
  std::string method, url, body;
};

net::HttpResponse fetch_as(const std::string& token, const Asked& asked) {
  net::HttpRequest request;
  request.method = asked.method;
  request.body = asked.body;
  request.headers.set("Authorization", "Bearer " + token);
  return fetch(asked.url, request);
}

}  // namespace

net::HttpResponse Served::ask(const std::string& method, const std::string& path,
                              const std::string& body) const {
  return fetch_as(token("nobody", {"admin", "operator"}), {method, admin_ + path, body});
}

net::HttpResponse Served::ask_of(const std::string& tenant, const std::string& method,
                                 const std::string& path, const std::string& body) const {
  return fetch_as(token(tenant, {"admin", "sales"}), {method, admin_ + path, body});
}

std::string Served::read(const std::filesystem::path& path) const {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string Served::audit() const {
  return run_callosum({"audit", "export", "--data", data().string()}, {}).out;
}

void Served::edit(std::string_view from, std::string_view to) const {
  auto text = read(manifest());
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("not in the manifest");
  std::ofstream(manifest(), std::ios::binary) << text.replace(at, from.size(), to);
}

double Served::metric(std::string_view line) const {
  const auto page = fetch(admin_ + "/metrics").body;
  for (const auto candidate : split(page, '\n')) {
    if (!candidate.starts_with(line)) continue;
    return std::stod(std::string(candidate.substr(candidate.rfind(' ') + 1)));
  }
  return -1;
}

OpenCall::OpenCall(const Served& gateway, const std::string& tenant) : client_(gateway.port()) {
  const auto status =
      client_.upgrade("/v1/realtime", {"Authorization: Bearer " + Served::token(tenant, {})});
  if (status != 101 || !client_.find_frame(1, "session.created")) {
    throw std::runtime_error("no session: " + std::to_string(status));
  }
  client_.send(client_frame(
      1,
      R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}})"));
  client_.find_frame(1, "session.updated");
}

std::string OpenCall::say(const std::string& text) {
  const json::object part{{"type", "input_text"}, {"text", text}};
  const json::object item{{"type", "message"}, {"role", "user"}, {"content", json::array{part}}};
  const json::object event{{"type", "conversation.item.create"}, {"item", item}};
  client_.send(client_frame(1, json::serialize(event)));
  client_.send(client_frame(1, R"({"type":"response.create"})"));
  const auto done = client_.find_frame(1, "response.done");
  return done ? done->payload : "";
}

}  // namespace callosum::testing
