#include "tool/http/sender.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "async/with_deadline.hpp"
#include "base/encoding.hpp"
#include "net/client.hpp"
#include "net/http_syntax.hpp"
#include "tool/http/answer.hpp"

namespace callosum::tool::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;

/// How one try ended.
struct Sender::Try {
  Result<json::value> answer;
  std::optional<std::chrono::seconds> pause;  ///< that the backend asks for
  bool may_have_left = false;                 ///< sent, as far as we know, and not answered
  bool is_trouble = false;                    ///< counts against the backend
  bool is_token_refused = false;
};

/// How all tries together ended.
struct Sender::Sent {
  Result<json::value> answer;
  bool is_token_refused = false;  ///< and that may be sent again: another may be tried
  bool is_unknown = false;        ///< some try before that may have done it
};

namespace {

constexpr int kMostHops = 5;
constexpr std::size_t kMaxFieldBytes = 4096;
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{1'000};
constexpr std::string_view kAuthorization = "Authorization";

/// As it may stand in a field: a client's own id may hold anything.
std::string key_field(const std::string& key) {
  const bool is_plain =
      !key.empty() && key.size() <= 255 &&
      std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return is_plain ? key : sha256_hex(key);
}

/// In words for a caller, who has no business with hosts and addresses.
Error worded(const Error& error) {
  std::string detail = error.message + (error.detail.empty() ? "" : ": " + error.detail);
  const auto message = error.type == ErrorType::transient   ? "the service could not be reached"
                       : error.type == ErrorType::permanent ? "the service may not be reached"
                       : error.type == ErrorType::timeout   ? "that took too long"
                                                            : error.message.c_str();
  return fail(error.type, message, std::move(detail));
}

Error unknown_outcome(const Error& cause) {
  return fail(ErrorType::outcome_unknown, "it is not known whether that was done",
              cause.detail.empty() ? cause.message : cause.message + ": " + cause.detail);
}

/// The last word on a call that did not succeed.
Result<json::value> settle(const Call& call, Result<json::value> result, bool is_unknown) {
  if (!call.is_write) return result;
  const auto& error = result.error();
  const bool is_known_done =
      error.type == ErrorType::invalid_output || error.type == call.says_done;
  if (is_unknown && !is_known_done) return unknown_outcome(error);
  if (error.type != ErrorType::timeout) return result;
  return fail(ErrorType::transient, "the service could not be reached; nothing was done",
              error.message);
}

std::chrono::nanoseconds pause_before(Random& random, int number,
                                      std::optional<std::chrono::seconds> wanted) {
  const auto most = std::min(kFirstPause * (1 << number), kLongestPause);
  // Full jitter: callers that failed together do not come back together.
  const auto jitter = milliseconds(
      1 + static_cast<std::int64_t>(random.next_u64() % static_cast<std::uint64_t>(most.count())));
  const std::chrono::nanoseconds least = wanted.value_or(std::chrono::seconds(0));
  return least + jitter;
}

bool is_trouble(const Error& error) {
  return error.type == ErrorType::transient || error.type == ErrorType::timeout;
}

net::HttpRequest without_body(net::HttpRequest request) {
  net::HttpRequest out;
  out.method = request.method == "HEAD" ? "HEAD" : "GET";
  for (auto& [name, value] : request.headers.all()) {
    if (!net::equal_ignoring_case(name, "content-type")) out.headers.add(name, value);
  }
  return out;
}

/// Without what belongs to the plan's origin alone.
net::HttpRequest bare(const Call& call, net::HttpRequest request) {
  net::HttpFields kept;
  for (const auto& [name, value] : request.headers.all()) {
    const auto is_it = [&name = name](const Credential& credential) {
      return net::equal_ignoring_case(credential.name, name);
    };
    const bool is_token = net::equal_ignoring_case(name, kAuthorization);
    if (!is_token && std::none_of(call.credentials.begin(), call.credentials.end(), is_it)) {
      kept.add(name, value);
    }
  }
  request.headers = std::move(kept);
  return request;
}

}  // namespace

Result<void> Sender::add_headers(Call& call) const {
  for (const auto& header : plan_.headers) {
    if (header.is_secret) {
      call.credentials.push_back({header.name, header.prefix + header.secret.reveal()});
      continue;
    }
    auto value = header.text.fill(invocation_.arguments);
    if (!value) return value.error();
    if (!*value) continue;  // an optional argument
    if ((*value)->size() > kMaxFieldBytes || !net::is_field_value(**value)) {
      return fail(ErrorType::validation, "expected one short line of text for " + header.name);
    }
    call.request.headers.set(header.name, std::move(**value));
  }
  return {};
}

Result<Call> Sender::make_call(std::string method, std::string target) const {
  Call call;
  call.target = std::move(target);
  call.request.method = std::move(method);
  call.request.headers.set("Accept", "application/json");
  call.request.headers.set("User-Agent", "callosum");
  call.retries = plan_.retries;
  const auto added = add_headers(call);
  if (!added) return added.error();
  return call;
}

Result<Call> Sender::make_call() const {
  auto target = plan_.url.fill(invocation_.arguments);
  if (!target) return target.error();
  auto call = make_call(plan_.method, std::move(*target));
  if (!call) return call;
  call->is_write = plan_.is_write;
  call->is_repeatable = plan_.is_repeatable;
  if (!plan_.body) return call;
  const auto body = plan_.body->fill(invocation_.arguments);
  if (!body) return body.error();
  call->request.headers.set("Content-Type", "application/json");
  call->request.body = json::serialize(*body);
  return call;
}

asio::awaitable<Result<json::value>> Sender::send(const Call& call) {
  if (!plan_.account.empty()) {
    auto sending = send_as_account(call);
    auto answer = co_await std::move(sending);
    co_return answer;
  }
  auto trying = keep_trying(call, nullptr, false);
  auto sent = co_await std::move(trying);
  co_return std::move(sent.answer);
}

/// A token may have been withdrawn before its time: whoever refuses one has done nothing, so what
/// it was sent with may be sent again with another, once. A try before that may have done it.
asio::awaitable<Result<json::value>> Sender::send_as_account(const Call& call) {
  if (ground_.accounts == nullptr) {
    co_return fail(ErrorType::auth, "no account is connected here; connect one first");
  }
  auto& accounts = *ground_.accounts;
  bool is_unknown = false;
  for (int number = 0; number < 2; ++number) {
    auto asking = accounts.token_for(invocation_.context, plan_.account, deadline_);
    const auto token = co_await std::move(asking);
    if (!token) co_return settle(call, token.error(), is_unknown);
    auto trying = keep_trying(call, &*token, is_unknown);
    auto sent = co_await std::move(trying);
    if (!sent.is_token_refused) co_return std::move(sent.answer);
    is_unknown = sent.is_unknown;
    accounts.on_refused(invocation_.context, plan_.account, *token);
  }
  auto ended = fail(ErrorType::auth, "the account's permission has ended; connect it again",
                    plan_.url.origin().to_string() + " refused two tokens");
  co_return settle(call, std::move(ended), is_unknown);
}

/// `is_unknown`: some try may have done it, and nobody has said so.
asio::awaitable<Sender::Sent> Sender::keep_trying(const Call& call, const Secret* token,
                                                  bool is_unknown) {
  const std::string key = invocation_.context.tenant_id + " " + plan_.url.origin().to_string();
  Result<json::value> result = fail(ErrorType::internal, "nothing was tried");
  for (int number = 0; number <= call.retries; ++number) {
    auto permit = ground_.breaker.ask(key, deadline_.time().now());
    if (!permit) {
      if (number == 0) result = spared();
      break;
    }
    auto trying = try_once(call, token);
    auto one = co_await std::move(trying);
    if (one.is_trouble) {
      permit->failed(deadline_.time().now());
    } else {
      permit->succeeded();
    }
    is_unknown = is_unknown || one.may_have_left;
    result = std::move(one.answer);
    if (result) co_return Sent{std::move(result)};
    const bool may_go_again = !is_unknown || call.is_repeatable;
    if (one.is_token_refused && may_go_again) co_return Sent{std::move(result), true, is_unknown};
    if (!is_worth_a_retry(result.error()) || number == call.retries) break;
    const auto pause = pause_before(ground_.random, number + 1, one.pause);
    if (pause >= deadline_.left()) break;
    const auto until = deadline_.within(pause);
    co_await async::sleep_until(until);
  }
  co_return Sent{settle(call, std::move(result), is_unknown)};
}

Error Sender::spared() const {
  return fail(ErrorType::transient, "the service is not answering at the moment",
              plan_.url.origin().to_string() + ": the circuit breaker is open for this tenant");
}

net::HttpRequest Sender::request_of(const Call& call, const Secret* token) const {
  auto request = call.request;
  if (call.is_write) {
    request.headers.set("Idempotency-Key", key_field(invocation_.idempotency_key));
  }
  for (const auto& [name, value] : call.credentials) request.headers.set(name, value);
  if (token != nullptr) {
    request.headers.set(std::string(kAuthorization), "Bearer " + token->reveal());
  }
  return request;
}

asio::awaitable<Sender::Try> Sender::try_once(const Call& call, const Secret* token) const {
  auto request = request_of(call, token);
  auto to = plan_.place;
  std::string url = to.where().to_string() + call.target;
  bool may_have_left = false;
  for (int hops = 0; hops <= kMostHops; ++hops) {
    bool has_left = false;
    auto sending =
        net::send_http(deadline_.time(), url, request, options_for(call, to, has_left), deadline_);
    auto response = co_await std::move(sending);
    if (!response) {
      const bool is_ill = is_trouble(response.error());
      co_return Try{worded(response.error()), std::nullopt, may_have_left || has_left, is_ill};
    }
    if (!is_redirect(response->status)) {
      co_return judge(call, *response, to.origin, may_have_left);
    }
    const auto hop = read_redirect(plan_, *response, to.origin);
    if (!hop) {
      co_return Try{hop.error(), std::nullopt, may_have_left || response->status == 303};
    }
    if (hop->becomes_get) {
      may_have_left = true;
      request = without_body(std::move(request));
    }
    if (hop->to.origin != plan_.url.origin()) request = bare(call, std::move(request));
    to = hop->to;
    url = hop->url;
  }
  co_return Try{fail(ErrorType::permanent, "the service sends us in circles"), std::nullopt,
                may_have_left};
}

net::HttpClientOptions Sender::options_for(const Call& call, const EgressList::Entry& to,
                                           bool& has_left) const {
  net::HttpClientOptions options;
  options.tls = ground_.tls;
  options.max_body_bytes = plan_.max_body_bytes;
  options.reach = to.is_private ? net::Reach::anywhere : net::Reach::public_only;
  options.decodes = true;
  options.may_have_left = &has_left;
  options.may_repeat = !call.is_write || call.is_repeatable;
  return options;
}

Sender::Try Sender::judge(const Call& call, const net::HttpResponse& response, const Origin& from,
                          bool may_have_left) const {
  const auto where = from.to_string();
  const int status = response.status;
  if (status >= 200 && status < 300) return Try{read_answer(plan_, response, where)};
  const bool is_account = !plan_.account.empty();
  // A proxy that lost its backend knows no more than we would. What may not be sent twice may have
  // been done by any service in trouble: "try again" would send it twice.
  const bool is_at_a_loss =
      status == 502 || status == 504 || (status >= 500 && !call.is_repeatable);
  return Try{is_account ? error_of_account(response, where) : error_of_status(status, where),
             retry_after(response), may_have_left || is_at_a_loss, is_backend_trouble(status),
             is_account && status == 401 && from == plan_.url.origin()};
}

}  // namespace callosum::tool::http
