#include "app/connect_lookups.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "async/event.hpp"
#include "base/json.hpp"
#include "policy/session_calls.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kLookUpTime = 300ms;       // nobody says anything until then
constexpr std::size_t kMostBytes = 2048;  // of one result, as the model reads it
constexpr std::string_view kCallersPhone = "session.caller_phone";

/// What the calls and whoever waits for them have in common: a late answer finds it still.
struct Looking {
  explicit Looking(const asio::any_io_executor& executor) : news(executor) {}
  async::Event news;
  std::vector<LookedUp::One> found;
  std::vector<std::string> failed;  // "TOOL TYPE"
  std::size_t open = 0;

  void take(const std::string& tool, const registry::Envelope& envelope) {
    --open;
    news.set();
    if (!envelope.ok()) {
      failed.push_back(tool + " " + std::string(to_string(envelope.error->type)));
      return;
    }
    const auto& data = envelope.data;
    const bool is_nothing = data.is_null() || (data.is_array() && data.get_array().empty());
    if (is_nothing) return;
    if (json::serialize(data).size() > kMostBytes) {
      failed.push_back(tool + " OUTPUT_TOO_LARGE");
      return;
    }
    found.push_back({tool, data});
  }
};

/// What would be refused anyway is not asked for: a refusal is no news of a caller like any other.
bool may_be_asked(const registry::ToolSpec& tool, const session::SessionPlan& plan) {
  const auto& context = plan.start.context;
  const auto binds_phone = std::any_of(tool.bind.begin(), tool.bind.end(), [](const auto& binding) {
    return binding.source == kCallersPhone;
  });
  return plan.start.models.front().offer->contains(tool.name) &&
         context.assurance >= tool.min_assurance && !(binds_phone && context.caller_phone.empty());
}

std::vector<std::string> tools_of(const session::SessionPlan& plan) {
  std::vector<std::string> out;
  const auto& snapshot = *plan.catalog->snapshot();
  for (const auto& pack : snapshot.packs()) {
    for (const auto& name : pack.on_connect) {
      const auto* tool = snapshot.find(name);
      if (tool && may_be_asked(*tool, plan)) out.push_back(name);
    }
  }
  return out;
}

/// They are the gateway's own calls, beside those of the conversation.
std::shared_ptr<const registry::CallContext> context_of(const session::SessionPlan& plan) {
  auto context = std::make_shared<registry::CallContext>(plan.start.context);
  context->provider = "connect";
  context->is_provider_planned = false;
  return context;
}

void tell_failures(const LookupGround& ground, const session::SessionPlan& plan,
                   const std::vector<std::string>& failed) {
  for (const auto& each : failed) {
    ground.metrics
        .counter("on_connect_failed_total",
                 "Look-ups before the first word that found nothing out.")
        .add();
    ground.log.warn("on_connect_failed",
                    {{"session_id", plan.start.context.session_id}, {"lookup", each}});
  }
}

std::string scalar_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  const bool is_plain = value.is_number();
  return is_plain ? json::serialize(value) : std::string();
}

}  // namespace

std::vector<std::string> LookedUp::lines() const {
  std::vector<std::string> out;
  out.reserve(found.size());
  for (const auto& one : found) out.push_back(one.tool + ": " + json::serialize(one.data));
  return out;
}

void LookedUp::put_values(PromptValues& values) const {
  for (const auto& one : found) {
    const auto* object = one.data.if_object();
    if (!object) continue;
    for (const auto& member : *object) {
      auto text = scalar_text(member.value());
      if (!text.empty()) values[one.tool + "_" + std::string(member.key())] = std::move(text);
    }
  }
}

asio::awaitable<LookedUp> look_up_on_connect(LookupGround ground,
                                             const session::SessionPlan& plan) {
  const auto tools = tools_of(plan);
  if (tools.empty()) co_return LookedUp{};
  const auto executor = co_await asio::this_coro::executor;
  const auto looking = std::make_shared<Looking>(executor);
  const auto context = context_of(plan);
  const auto calls = std::make_shared<policy::SessionCalls>();
  looking->open = tools.size();
  // A call that comes back is looked up anew.
  const auto prefix = "connect_" + std::to_string(epoch_ms(ground.time.wall_now())) + "_";
  std::vector<pipeline::Executor::Ticket> tickets;
  for (const auto& name : tools) {
    pipeline::CallRequest request{{prefix + name, name, "{}"}, context, calls, plan.catalog};
    pipeline::Executor::OnAnswer on_answer =
        [looking, name](const pipeline::Executor::Answer& answer) { looking->take(name, *answer); };
    tickets.push_back(ground.executor.submit(std::move(request), std::move(on_answer)));
  }
  // Whatever ends the wait, nobody waits for the rest of them.
  struct Leaving {
    pipeline::Executor& executor;
    const std::vector<pipeline::Executor::Ticket>& tickets;
    ~Leaving() {
      for (const auto ticket : tickets) executor.forget(ticket);
    }
  };
  {
    const Leaving leaving{ground.executor, tickets};
    const auto deadline = async::Deadline::after(ground.time, kLookUpTime);
    while (looking->open > 0 && !deadline.passed()) {
      looking->news.reset();
      co_await looking->news.wait(deadline);
    }
  }
  auto failed = std::move(looking->failed);
  if (looking->open > 0) failed.push_back(std::to_string(looking->open) + " TIMEOUT");
  tell_failures(ground, plan, failed);
  co_return LookedUp{std::move(looking->found)};
}

}  // namespace callosum::app
