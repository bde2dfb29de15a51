#include "tool/process/process_kind.hpp"

#include <atomic>
#include <boost/asio/this_coro.hpp>
#include <map>

#include "tool/call_deadline.hpp"
#include "tool/process/line_protocol.hpp"
#include "tool/process/worker_host.hpp"
#include "tool/sql/tenant_shares.hpp"

namespace callosum::tool::process {
namespace {

namespace asio = boost::asio;

struct Ground {
  Ground(telemetry::Log& log, std::size_t max_per_tenant) : shares(max_per_tenant), host(log) {}

  sql::TenantShares shares;
  std::atomic<std::uint64_t> next_id{1};
  WorkerHost host;
};

class ProcessHandler final : public ToolHandler {
 public:
  ProcessHandler(const Plan& plan, Ground& ground)
      : is_write_(plan.is_write),
        honours_key_(plan.honours_key),
        ground_(ground),
        worker_(ground.host.lease(plan.worker)) {}

  bool honours_key() const override { return honours_key_; }

  asio::awaitable<Result<ToolOutput>> run(const Invocation& invocation,
                                          async::Deadline deadline) override {
    const auto& tenant = invocation.context.tenant_id;
    if (tenant.empty()) co_return fail(ErrorType::forbidden, "no business is selected");
    const auto place = ground_.shares.take(tenant);
    if (!place) co_return fail(ErrorType::rate_limit, "too many calls at once, try again");

    const auto pending = std::make_shared<PendingCall>();
    worker_->add(make_job(invocation, before(deadline).left(), pending));
    const auto last = deadline.at() == SteadyTime::max()
                          ? deadline
                          : deadline.sooner(deadline.at() - std::chrono::milliseconds(5));
    auto waiting = pending->wait(last);
    auto said = co_await std::move(waiting);
    if (!said) co_return no_word();
    auto& answer = *said;
    if (!answer) co_return answer.error();
    ToolOutput output;
    output.data = std::move(*answer);
    co_return output;
  }

 private:
  Job make_job(const Invocation& invocation, std::chrono::nanoseconds left,
               std::shared_ptr<PendingCall> pending) {
    // The workers have a clock of their own: what is left counts, whatever this one says.
    constexpr std::chrono::nanoseconds kMost = std::chrono::hours(1);
    left = std::min(left, kMost);
    Job job;
    job.id = std::to_string(ground_.next_id.fetch_add(1));
    job.line = std::make_shared<const std::string>(encode_call(job.id, invocation, left));
    job.deadline = std::chrono::steady_clock::now() + left;
    job.is_write = is_write_;
    job.pending = std::move(pending);
    return job;
  }

  Error no_word() const {
    if (!is_write_) return fail(ErrorType::timeout, "that took too long");
    return fail(ErrorType::outcome_unknown, "it is not known whether that was done",
                "the workers' thread did not answer in time");
  }

  const bool is_write_;
  const bool honours_key_;
  Ground& ground_;
  const std::shared_ptr<WorkerHost::Lease> worker_;
};

class ProcessKind final : public ToolKind {
 public:
  ProcessKind(const config::Config& config, telemetry::Log& log, const ProcessOptions& options)
      : options_(options), ground_(log, options.max_per_tenant) {
    for (const auto& [name, secret] : config.secrets) secrets_.emplace(name, secret.value);
  }

  std::string_view name() const override { return "process"; }

  Result<std::unique_ptr<ToolHandler>> make(const registry::ToolSpec& tool,
                                            const registry::Pack& pack) override {
    const auto plan = read_plan(tool, {pack, secrets_, options_.is_trial});
    if (!plan) return plan.error();
    return std::unique_ptr<ToolHandler>(std::make_unique<ProcessHandler>(*plan, ground_));
  }

 private:
  const ProcessOptions options_;
  std::map<std::string, Secret, std::less<>> secrets_;
  Ground ground_;
};

}  // namespace

std::unique_ptr<ToolKind> make_process_kind(const config::Config& config, telemetry::Log& log,
                                            const ProcessOptions& options) {
  return std::make_unique<ProcessKind>(config, log, options);
}

}  // namespace callosum::tool::process
