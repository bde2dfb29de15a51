#pragma once

#include <memory>
#include <string>

#include "sim/chat/stream.hpp"
#include "sim/realtime/service_cloud.hpp"

namespace callosum::sim::chat {

/// `POST /v1/chat/completions`, answered by the same scripts and the same brain as the voices;
/// `POST /v1/embeddings`; and /sim/… as theirs. One conversation a process: `nth` counts requests.
class Cloud final : public ServiceCloud, public StreamPlanner {
 public:
  Cloud(World& world, std::string key) : ServiceCloud(world), key_(std::move(key)) {}

  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request) override;
  boost::asio::awaitable<std::optional<StreamPlan>> plan(const net::HttpRequest& request) override;

 private:
  net::HttpResponse error_response(int status, const WireError& error) const override;
  std::shared_ptr<Script> make_script() const override { return std::make_shared<ChatScript>(); }
  net::HttpResponse make_secret(const net::HttpRequest& request) override;
  net::UpgradeDecision admit(const net::HttpRequest& request) override;

  bool is_let_in(const net::HttpRequest& request) const {
    return key_.empty() || request.headers.get("Authorization") == "Bearer " + key_;
  }
  boost::asio::awaitable<net::HttpResponse> embed(const net::HttpRequest& request);
  StreamPlan complete(const net::HttpRequest& request);
  StreamPlan answer(const Reply& reply, const StreamWish& wish);
  StreamPlan refuse(int status, const WireError& error);
  Reply reply_to(Turn turn);
  Wire wire_of(const Reply& reply) const;

  std::string key_;
  std::shared_ptr<const Script> script_;  // that the book is of
  std::unique_ptr<RuleBook> book_;
  std::size_t requests_ = 0;  // with that script
};

}  // namespace callosum::sim::chat
