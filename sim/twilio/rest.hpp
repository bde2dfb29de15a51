#pragma once

#include <functional>

#include "net/server.hpp"
#include "sim/twilio/call.hpp"
#include "sim/twilio/phone.hpp"

namespace callosum::sim::twilio {

/// A call to be placed.
struct Dialling {
  std::string from;
  std::string to;
  std::vector<Verb> twiml;  ///< empty: the webhook is asked
  std::shared_ptr<const CallScript> script;
};

/// Twilio's REST API as far as a live call needs it (protocol: telephony §1.9), and for tests POST
/// /sim/calls (a script: a call comes in), GET /sim/stats.
class RestDoor final : public net::HttpHandler {
 public:
  /// `dial` places a call and returns it; alive until the next turn of the loop.
  using Dial = std::function<Call&(Dialling)>;

  RestDoor(Phone& phone, std::shared_ptr<const CallScript> script, Dial dial)
      : phone_(phone), script_(std::move(script)), dial_(std::move(dial)) {}

  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request) override;
  boost::asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest& request) override;

 private:
  net::HttpResponse answer(const net::HttpRequest& request);
  net::HttpResponse answer_api(const net::HttpRequest& request);
  net::HttpResponse create(const net::HttpRequest& request);
  net::HttpResponse update(const net::HttpRequest& request, Call& call);
  net::HttpResponse place(const net::HttpRequest& request);
  bool is_let_in(const net::HttpRequest& request) const;

  Phone& phone_;
  std::shared_ptr<const CallScript> script_;
  Dial dial_;
};

}  // namespace callosum::sim::twilio
