#include "tool/http/http_handler.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "tool/call_deadline.hpp"
#include "tool/http/fan_out.hpp"
#include "tool/http/sender.hpp"

namespace callosum::tool::http {
namespace {

namespace asio = boost::asio;

/// A function's requests, below the URL of its plan.
class SenderRequests final : public Requests {
 public:
  SenderRequests(Sender& sender, std::string base) : sender_(sender), base_(std::move(base)) {}

  asio::awaitable<Result<json::value>> send(FunctionRequest request) override {
    auto call = sender_.make_call(request.method, base_ + request.target);
    if (!call) co_return call.error();
    call->is_write = request.is_write;
    call->is_repeatable = request.is_repeatable;
    call->says_done = request.says_done;
    constexpr int kAgain = 2;
    call->retries = request.is_write && !request.is_repeatable ? 0 : kAgain;
    if (request.body) {
      call->request.headers.set("Content-Type", "application/json");
      call->request.body = json::serialize(*request.body);
    }
    auto sending = sender_.send(*call);
    auto answer = co_await std::move(sending);
    co_return answer;
  }

 private:
  Sender& sender_;
  const std::string base_;
};

asio::awaitable<Result<json::value>> request(const Plan& plan, Sender& sender,
                                             const json::object& arguments) {
  const auto call = sender.make_call();
  if (!call) co_return call.error();
  auto sending = sender.send(*call);
  auto answer = co_await std::move(sending);
  if (!answer || !plan.each) co_return answer;
  auto fetching = fetch_each(*plan.each, sender, arguments, std::move(*answer));
  auto whole = co_await std::move(fetching);
  co_return whole;
}

asio::awaitable<Result<json::value>> run_function(const Plan& plan, Sender& sender,
                                                  const Invocation& invocation) {
  json::object arguments = invocation.arguments;
  if (plan.with) {
    auto given = plan.with->fill(invocation.arguments);
    if (!given) co_return given.error();
    arguments = given->is_object() ? std::move(given->get_object()) : json::object();
  }
  auto base = plan.url.fill({});
  if (!base) co_return base.error();
  SenderRequests requests(sender, std::move(*base));
  const FunctionCall call{arguments, invocation.idempotency_key,
                          sender.deadline().time().wall_now(), requests};
  auto running = plan.function->run(call);
  auto answer = co_await std::move(running);
  co_return answer;
}

class HttpHandler final : public ToolHandler {
 public:
  HttpHandler(Plans plans, HttpGround& ground) : plans_(std::move(plans)), ground_(ground) {
    honours_key_ = std::all_of(plans_.cases.begin(), plans_.cases.end(), [](const auto& one) {
      return !one.second.is_write || one.second.is_repeatable;
    });
    may_write_ = std::any_of(plans_.cases.begin(), plans_.cases.end(),
                             [](const auto& one) { return one.second.is_write; });
  }

  bool honours_key() const override { return may_write_ && honours_key_; }

  asio::awaitable<Result<ToolOutput>> run(const Invocation& invocation,
                                          async::Deadline deadline) override {
    const auto& tenant = invocation.context.tenant_id;
    if (tenant.empty()) co_return fail(ErrorType::forbidden, "no business is selected");
    const auto place = ground_.shares.take(tenant);
    if (!place) co_return fail(ErrorType::rate_limit, "too many requests at once, try again");
    const auto found = plans_.find(invocation.arguments);
    if (!found) co_return found.error();
    const Plan& plan = **found;
    Sender sender(plan, ground_, invocation, before(deadline));
    auto asking = plan.function != nullptr ? run_function(plan, sender, invocation)
                                           : request(plan, sender, invocation.arguments);
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    ToolOutput output;
    output.data = plan.result.apply(*answer);
    co_return output;
  }

 private:
  const Plans plans_;
  HttpGround& ground_;
  bool honours_key_ = false;
  bool may_write_ = false;
};

}  // namespace

std::unique_ptr<ToolHandler> make_http_handler(Plans plans, HttpGround& ground) {
  return std::make_unique<HttpHandler>(std::move(plans), ground);
}

}  // namespace callosum::tool::http
