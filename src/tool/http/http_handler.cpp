#include "tool/http/http_handler.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "async/with_deadline.hpp"
#include "base/encoding.hpp"
#include "net/client.hpp"
#include "net/http_syntax.hpp"
#include "tool/call_deadline.hpp"
#include "tool/http/answer.hpp"

namespace callosum::tool::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr int kMostHops = 5;
constexpr std::size_t kMaxFieldBytes = 4096;
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{1'000};

struct Credential {
  std::string name;
  std::string value;
};

/// One request as the arguments make it; sent as often as need be.
struct Call {
  std::string url;
  net::HttpRequest request;
  std::vector<Credential> credentials;  ///< for the plan's own origin only
};

/// How one try ended.
struct Try {
  Result<ToolOutput> output;
  std::optional<std::chrono::seconds> pause;  ///< that the backend asks for
  bool may_have_left = false;                 ///< sent, as far as we know, and not answered
  bool is_trouble = false;                    ///< counts against the backend
};

Try failed_try(Error error) { return Try{std::move(error), std::nullopt, false, false}; }

Result<void> add_headers(const Plan& plan, const json::object& arguments, Call& call) {
  for (const auto& header : plan.headers) {
    if (header.is_secret) {
      call.credentials.push_back({header.name, header.prefix + header.secret.reveal()});
      continue;
    }
    auto value = header.text.fill(arguments);
    if (!value) return value.error();
    if (!*value) continue;  // an optional argument
    if ((*value)->size() > kMaxFieldBytes || !net::is_field_value(**value)) {
      return fail(ErrorType::validation, "expected one short line of text for " + header.name);
    }
    call.request.headers.set(header.name, std::move(**value));
  }
  return {};
}

/// As it may stand in a field: a client's own id may hold anything.
std::string key_field(const std::string& key) {
  const bool is_plain =
      !key.empty() && key.size() <= 255 &&
      std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return is_plain ? key : sha256_hex(key);
}

Result<Call> make_call(const Plan& plan, const Invocation& invocation) {
  Call call;
  auto target = plan.url.fill(invocation.arguments);
  if (!target) return target.error();
  call.url = plan.url.origin().to_string() + *target;
  call.request.method = plan.method;
  call.request.headers.set("Accept", "application/json");
  call.request.headers.set("User-Agent", "callosum");
  if (plan.body) {
    const auto body = plan.body->fill(invocation.arguments);
    if (!body) return body.error();
    call.request.headers.set("Content-Type", "application/json");
    call.request.body = json::serialize(*body);
  }
  if (plan.is_write) {
    call.request.headers.set("Idempotency-Key", key_field(invocation.idempotency_key));
  }
  const auto added = add_headers(plan, invocation.arguments, call);
  if (!added) return added.error();
  return call;
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

class HttpHandler final : public ToolHandler {
 public:
  HttpHandler(Plan plan, HttpGround& ground)
      : plan_(std::move(plan)), ground_(ground), where_(plan_.url.origin().to_string()) {}

  bool honours_key() const override { return plan_.is_write && plan_.is_repeatable; }

  asio::awaitable<Result<ToolOutput>> run(const Invocation& invocation,
                                          async::Deadline deadline) override {
    const auto& tenant = invocation.context.tenant_id;
    if (tenant.empty()) co_return fail(ErrorType::forbidden, "no business is selected");
    const auto place = ground_.shares.take(tenant);
    if (!place) co_return fail(ErrorType::rate_limit, "too many requests at once, try again");
    auto call = make_call(plan_, invocation);
    if (!call) co_return call.error();
    const std::string key = tenant + " " + where_;
    co_return co_await keep_trying(*call, key, before(deadline));
  }

 private:
  asio::awaitable<Result<ToolOutput>> keep_trying(const Call& call, const std::string& key,
                                                  async::Deadline deadline) {
    bool is_unknown = false;  // some try may have done it, and nobody has said so
    Result<ToolOutput> result = fail(ErrorType::internal, "nothing was tried");
    for (int number = 0; number <= plan_.retries; ++number) {
      auto permit = ground_.breaker.ask(key, deadline.time().now());
      if (!permit) {
        if (number == 0) result = spared();
        break;
      }
      auto trying = try_once(call, deadline);
      auto one = co_await std::move(trying);
      if (one.is_trouble) {
        permit->failed(deadline.time().now());
      } else {
        permit->succeeded();
      }
      is_unknown = is_unknown || one.may_have_left;
      result = std::move(one.output);
      if (result) co_return result;
      if (!is_worth_a_retry(result.error()) || number == plan_.retries) break;
      const auto pause = pause_before(number + 1, one.pause);
      if (pause >= deadline.left()) break;
      const auto until = deadline.within(pause);
      co_await async::sleep_until(until);
    }
    co_return settle(std::move(result), is_unknown);
  }

  /// The last word on a call that did not succeed.
  Result<ToolOutput> settle(Result<ToolOutput> result, bool is_unknown) const {
    if (!plan_.is_write) return result;
    const auto& error = result.error();
    const bool is_known_done = error.type == ErrorType::invalid_output;
    if (is_unknown && !is_known_done) return unknown_outcome(error);
    if (error.type != ErrorType::timeout) return result;
    return fail(ErrorType::transient, "the service could not be reached; nothing was done",
                error.message);
  }

  Error spared() const {
    return fail(ErrorType::transient, "the service is not answering at the moment",
                where_ + ": the circuit breaker is open for this tenant");
  }

  std::chrono::nanoseconds pause_before(int number,
                                        std::optional<std::chrono::seconds> wanted) const {
    const auto most = std::min(kFirstPause * (1 << number), kLongestPause);
    // Full jitter: callers that failed together do not come back together.
    const auto jitter =
        milliseconds(1 + static_cast<std::int64_t>(ground_.random.next_u64() %
                                                   static_cast<std::uint64_t>(most.count())));
    const std::chrono::nanoseconds least = wanted.value_or(std::chrono::seconds(0));
    return least + jitter;
  }

  asio::awaitable<Try> try_once(const Call& call, async::Deadline deadline) const {
    net::HttpRequest request = call.request;
    for (const auto& [name, value] : call.credentials) request.headers.set(name, value);
    std::string url = call.url;
    EgressList::Entry to{plan_.url.origin(), plan_.is_private};
    bool may_have_left = false;
    for (int hops = 0; hops <= kMostHops; ++hops) {
      bool has_left = false;
      auto sending =
          net::send_http(deadline.time(), url, request, options_for(to, has_left), deadline);
      auto response = co_await std::move(sending);
      if (!response) {
        auto ended = failed_try(worded(response.error()));
        ended.may_have_left = may_have_left || has_left;
        ended.is_trouble = is_trouble(response.error());
        co_return ended;
      }
      if (!is_redirect(response->status)) co_return judge(*response, to.origin, may_have_left);
      const auto hop = read_redirect(plan_, *response, to.origin);
      if (!hop) {
        auto ended = failed_try(hop.error());
        ended.may_have_left = may_have_left || response->status == 303;
        co_return ended;
      }
      if (hop->becomes_get) {
        may_have_left = true;
        request = without_body(std::move(request));
      }
      if (hop->to.origin != plan_.url.origin()) request = bare(call, std::move(request));
      to = hop->to;
      url = hop->url;
    }
    auto ended = failed_try(fail(ErrorType::permanent, "the service sends us in circles"));
    ended.may_have_left = may_have_left;
    co_return ended;
  }

  net::HttpClientOptions options_for(const EgressList::Entry& to, bool& has_left) const {
    net::HttpClientOptions options;
    options.tls = ground_.tls;
    options.max_body_bytes = plan_.max_body_bytes;
    options.reach = to.is_private ? net::Reach::anywhere : net::Reach::public_only;
    options.decodes = true;
    options.may_have_left = &has_left;
    options.may_repeat = !plan_.is_write || plan_.is_repeatable;
    return options;
  }

  Try judge(const net::HttpResponse& response, const Origin& from, bool may_have_left) const {
    const auto where = from.to_string();
    if (response.status >= 200 && response.status < 300) {
      return Try{read_answer(plan_, response, where), std::nullopt, false, false};
    }
    auto ended = failed_try(error_of_status(response.status, where));
    ended.is_trouble = is_backend_trouble(response.status);
    ended.pause = retry_after(response);
    // A proxy that lost its backend knows no more than we would.
    const bool is_proxy_at_a_loss = response.status == 502 || response.status == 504;
    ended.may_have_left = may_have_left || is_proxy_at_a_loss;
    return ended;
  }

  static bool is_trouble(const Error& error) {
    return error.type == ErrorType::transient || error.type == ErrorType::timeout;
  }

  static net::HttpRequest without_body(net::HttpRequest request) {
    net::HttpRequest out;
    out.method = request.method == "HEAD" ? "HEAD" : "GET";
    for (auto& [name, value] : request.headers.all()) {
      if (!net::equal_ignoring_case(name, "content-type")) out.headers.add(name, value);
    }
    return out;
  }

  /// Without what belongs to the plan's origin alone.
  static net::HttpRequest bare(const Call& call, net::HttpRequest request) {
    net::HttpFields kept;
    for (const auto& [name, value] : request.headers.all()) {
      const auto is_it = [&name = name](const Credential& credential) {
        return net::equal_ignoring_case(credential.name, name);
      };
      if (std::none_of(call.credentials.begin(), call.credentials.end(), is_it)) {
        kept.add(name, value);
      }
    }
    request.headers = std::move(kept);
    return request;
  }

  const Plan plan_;
  HttpGround& ground_;
  const std::string where_;
};

}  // namespace

std::unique_ptr<ToolHandler> make_http_handler(Plan plan, HttpGround& ground) {
  return std::make_unique<HttpHandler>(std::move(plan), ground);
}

}  // namespace callosum::tool::http
