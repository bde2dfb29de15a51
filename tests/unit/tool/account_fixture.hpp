#pragma once

#include <boost/json/serialize.hpp>
#include <filesystem>
#include <gmock/gmock.h>
#include <memory>
#include <string>
#include <thread>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "hostile_server.hpp"
#include "net/http.hpp"
#include "real_world.hpp"
#include "storage/database.hpp"
#include "tool/account/sign_ins.hpp"

namespace callosum::tool::account {

using callosum::testing::HostileServer;
using namespace std::chrono_literals;

/// The machine's time, and a calendar that can be turned on.
class TurnedTime final : public async::TimeSource {
 public:
  SteadyTime now() const override { return inner_.now(); }
  WallTime wall_now() const override {
    return inner_.wall_now() + std::chrono::seconds(turned_s_.load());
  }
  boost::asio::awaitable<void> wait(boost::asio::steady_timer& timer, SteadyTime when) override {
    return inner_.wait(timer, when);
  }
  void turn(std::chrono::seconds by) { turned_s_ += by.count(); }

 private:
  async::SystemTime inner_;
  std::atomic<std::int64_t> turned_s_{0};
};

/// A service that gives "access-1", "access-2" …, or does what it is told instead.
class TokenServer {
 public:
  enum class Manner { gives, refuses, is_busy, is_unreadable, knows_no_client };

  explicit TokenServer()
      : server_([this](auto& server, auto& socket) { return serve(*this, server, socket); }) {}

  std::string url() const { return server_.url(); }
  /// The forms that came to this path.
  std::vector<std::string> forms(const std::string& path) {
    std::vector<std::string> out;
    for (const auto& request : server_.requests()) {
      if (!request.starts_with("POST " + path + " ")) continue;
      out.push_back(request.substr(request.find("\r\n\r\n") + 4));
    }
    return out;
  }
  void say(json::object answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }

  std::atomic<Manner> manner{Manner::gives};
  std::atomic<int> delay_ms{0};

 private:
  static boost::asio::awaitable<void> serve(TokenServer& self, HostileServer& server,
                                            HostileServer::Socket& socket) {
    const auto request = co_await server.read_request(socket);
    co_await server.pause(std::chrono::milliseconds(self.delay_ms));
    auto status = std::string("200 OK"), body = self.answer();
    switch (self.manner) {
      case Manner::gives:
        break;
      case Manner::refuses:
        status = "400 Bad Request";
        body = R"({"error":"invalid_grant","error_description":"refresh-1 was revoked"})";
        break;
      case Manner::is_busy:
        status = "503 Service Unavailable";
        body = "{}";
        break;
      case Manner::is_unreadable:
        body = "<html>";
        break;
      case Manner::knows_no_client:
        status = "401 Unauthorized";
        body = R"({"error":"invalid_client"})";
        break;
    }
    co_await server.answer(socket, status, body);
  }
  std::string answer() {
    const std::lock_guard lock(mutex_);
    auto body = answer_;
    if (!body.contains("access_token")) body["access_token"] = "access-" + std::to_string(++given_);
    if (!body.contains("expires_in")) body["expires_in"] = 3600;
    return json::serialize(body);
  }

  std::mutex mutex_;
  json::object answer_;
  int given_ = 0;
  HostileServer server_;
};

/// Throws where it is told to, as nobody thought it would.
struct BreakingRandom final : Random {
  void fill(std::span<std::uint8_t> out) override {
    if (is_broken) throw std::runtime_error("no entropy");
    inner.fill(out);
  }
  SystemRandom inner;
  std::atomic<bool> is_broken{false};
};

/// Keeps the lines with their texts: "event key=text key=text".
class LineLog final : public telemetry::Log {
 public:
  bool is_on(telemetry::LogLevel) const noexcept override { return true; }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  /// The last one of this event.
  std::string last(std::string_view event) {
    std::string found;
    for (const auto& line : lines()) {
      if (line.starts_with(event)) found = line;
    }
    return found;
  }

 protected:
  void write(telemetry::LogLevel, std::string_view event,
             telemetry::LogFields fields) noexcept override {
    std::string line(event);
    for (const auto& field : fields) {
      const auto* text = std::get_if<std::string_view>(&field.value);
      if (text) line += " " + std::string(field.key) + "=" + std::string(*text);
    }
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

struct CountingWatcher final : AccountWatcher {
  void on_accounts_changed(const std::string& tenant_id, const std::string& subject) override {
    const std::lock_guard lock(mutex);
    told.push_back(tenant_id + " " + subject);
  }
  std::mutex mutex;
  std::vector<std::string> told;
};

/// A book over a database and a service of its own.
struct AccountWorld {
  AccountWorld() {
    database = std::move(*storage::Database::open({.path = folder.path() / "a.db", .readers = 2}));
    open();
  }
  /// As after a new start of the program.
  void open(const Secret& key = Secret(std::string(63, '0') + "1"), const Secret& old_key = {}) {
    sign_ins.reset();
    book.reset();
    const AccountGround ground{*database, time, random, log};
    book = std::make_unique<AccountBook>(ground, Sealer::make(key, old_key).value(),
                                         std::vector<OAuthService>{service()});
    book->set_watcher(&watcher);
    sign_ins = std::make_unique<SignIns>(*book);
  }
  OAuthService service() const {
    OAuthService out;
    out.name = "acme";
    out.title = "Acme";
    out.client_id = "client-1";
    out.client_secret = Secret("very-secret");
    out.auth_url = "https://accounts.acme.example/auth";
    out.token_url = server.url() + "/token";
    out.revoke_url = server.url() + "/revoke";
    out.issuer = "https://accounts.acme.example";
    out.redirect_url = "https://voice.example/back";
    out.scopes = {"openid", "email", "mail"};
    return out;
  }
  static storage::AccountKey key(const std::string& email = "john@work.example") {
    return {"t1", "ada", "acme", email};
  }
  static registry::CallContext context(const std::string& account = "john@work.example",
                                       const std::string& subject = "ada") {
    registry::CallContext out;
    out.tenant_id = "t1";
    out.subject = subject;
    out.account = account;
    return out;
  }
  void connect(std::chrono::seconds life = 3600s, const storage::AccountKey& of = key()) {
    TokenAnswer tokens;
    tokens.access_token = Secret("access-0");
    tokens.refresh_token = Secret("refresh-1");
    tokens.scopes = "openid mail";
    tokens.life = life;
    ASSERT_TRUE(world.run(book->keep(of, std::move(tokens), world.in(5s))));
  }
  Result<Secret> ask(const registry::CallContext& context, std::chrono::nanoseconds within = 10s) {
    return world.run(book->token_for(context, "acme", world.in(within)));
  }
  std::string token(const registry::CallContext& context = AccountWorld::context()) {
    const auto got = ask(context);
    return got ? got->reveal() : std::string(to_string(got.error().type));
  }
  storage::ConnectedAccount row(const storage::AccountKey& of = key()) {
    const auto rows = world.run(book->list(of.tenant_id, of.subject, world.in(5s))).value();
    for (const auto& one : rows) {
      if (one.key == of) return one;
    }
    return {};
  }
  void change(const std::string& sql) {
    std::function<Result<void>(storage::sqlite::Connection&)> work = [sql](auto& connection) {
      return connection.execute(sql);
    };
    ASSERT_TRUE(world.run(database->write<void>(world.in(5s), std::move(work))));
  }
  std::size_t refreshes() { return server.forms("/token").size(); }

  callosum::testing::RealWorld world;
  callosum::testing::TempFolder folder;
  TurnedTime time;
  BreakingRandom random;
  LineLog log;
  CountingWatcher watcher;
  TokenServer server;
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<AccountBook> book;
  std::unique_ptr<SignIns> sign_ins;
};

}  // namespace callosum::tool::account
