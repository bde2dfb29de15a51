#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "async/deadline.hpp"
#include "net/http.hpp"
#include "tool/http/http_handler.hpp"
#include "tool/http/plan.hpp"
#include "tool/tool_kind.hpp"

namespace callosum::net {
struct HttpClientOptions;
}

namespace callosum::tool::http {

/// A header that goes to the plan's own origin only.
struct Credential {
  std::string name;
  std::string value;
};

/// One request; sent as often as need be.
struct Call {
  std::string target;
  net::HttpRequest request;
  std::vector<Credential> credentials;
  bool is_write = false;
  bool is_repeatable = true;
  std::optional<ErrorType> says_done;  ///< as a function's request has it
  int retries = 0;
};

/// Sends the requests of one run of a tool: as its account, with its credentials, again where that
/// does no harm, sparing a backend in trouble. Refers to all it is made of; several sends may be
/// under way.
class Sender {
 public:
  Sender(const Plan& plan, HttpGround& ground, const Invocation& invocation,
         async::Deadline deadline)
      : plan_(plan), ground_(ground), invocation_(invocation), deadline_(deadline) {}

  /// What `run.http` itself says, with these arguments. VALIDATION where they do not do.
  Result<Call> make_call() const;
  /// Without a body, for another target of the same origin.
  Result<Call> make_call(std::string method, std::string target) const;
  /// The JSON that is answered.
  boost::asio::awaitable<Result<json::value>> send(const Call& call);
  async::Deadline deadline() const { return deadline_; }

 private:
  struct Try;
  struct Sent;

  Result<void> add_headers(Call& call) const;
  boost::asio::awaitable<Sent> keep_trying(const Call& call, const Secret* token, bool is_unknown);
  boost::asio::awaitable<Try> try_once(const Call& call, const Secret* token) const;
  boost::asio::awaitable<Result<json::value>> send_as_account(const Call& call);
  net::HttpRequest request_of(const Call& call, const Secret* token) const;
  net::HttpClientOptions options_for(const Call& call, const EgressList::Entry& to,
                                     bool& has_left) const;
  Try judge(const Call& call, const net::HttpResponse& response, const Origin& from,
            bool may_have_left) const;
  Error spared() const;

  const Plan& plan_;
  HttpGround& ground_;
  const Invocation& invocation_;
  const async::Deadline deadline_;
};

}  // namespace callosum::tool::http
