#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <string>
#include <vector>

#include "async/event.hpp"
#include "sim/twilio/media_stream.hpp"
#include "sim/twilio/phone.hpp"
#include "sim/twilio/twiml.hpp"

namespace callosum::sim::twilio {

/// One call, from the ringing to the status callback. The TwiML is Twilio's program: it is gone
/// through verb by verb, streams, redirects and what the REST side orders included.
class Call {
 public:
  /// `script` outlives it. `number`: of the call, from 1.
  Call(Phone& phone, const boost::asio::any_io_executor& executor, const CallScript& script,
       std::size_t number);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// True where it got a stream and ended in order. `first`: TwiML instead of the webhook's.
  boost::asio::awaitable<bool> run(std::vector<Verb> first = {});

  /// The REST side: the call goes on with these; or ends.
  void order(std::vector<Verb> verbs);
  const std::string& sid() const { return sid_; }
  json::object to_json() const;
  void set_direction(std::string direction) { direction_ = std::move(direction); }
  void set_numbers(std::string from, std::string to);

 private:
  using Program = std::deque<Verb>;

  CallFacts facts(std::string_view status) const;
  FormFields fields(std::string_view status) const;
  boost::asio::awaitable<bool> fetch(std::string url, FormFields fields, Signing signing);
  boost::asio::awaitable<void> begin();
  boost::asio::awaitable<void> follow();
  boost::asio::awaitable<void> obey(Verb verb);
  boost::asio::awaitable<void> dial(Verb verb);
  boost::asio::awaitable<void> connect(Verb verb);
  boost::asio::awaitable<Result<std::unique_ptr<net::WsConnection>>> open_stream(
      const StreamNoun& noun);
  boost::asio::awaitable<StreamEnd> hold(const StreamNoun& noun, net::WsConnection& socket);
  boost::asio::awaitable<void> replay(const StreamNoun& noun);
  boost::asio::awaitable<void> report_stream(const StreamNoun& noun, std::string_view event,
                                             std::string_view error);
  boost::asio::awaitable<void> report_end();
  bool takes_orders();
  void fail_call(std::string_view why);
  void note(std::string_view event, json::object details = {});
  void save() const;
  std::int64_t ms() const;

  Phone& phone_;
  const CallScript& script_;
  std::size_t number_;
  std::string sid_;
  std::string stream_sid_;
  std::string from_;
  std::string called_;
  std::string direction_ = "inbound";
  std::string url_;  ///< of the TwiML at hand: relative addresses stand on it
  CallLine line_;
  Program program_;
  async::Event orders_;
  std::vector<Verb> ordered_;
  std::size_t streams_ = 0;
  std::size_t redirects_ = 0;
  std::string status_ = "queued";
  bool has_failed_ = false;
  bool is_over_ = false;
};

}  // namespace callosum::sim::twilio
