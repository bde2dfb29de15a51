// Conversations on the phone.
#include "app/planner.hpp"
#include "async/with_deadline.hpp"
#include "base/text.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using channel::twilio::PhonePlan;
using channel::twilio::StreamGrant;

namespace {

constexpr auto kHandOver = 6s;  // its calls are answered, its goodbyes said
constexpr auto kLook = 20ms;
/// To a provider that writes down what it hears by itself any name will do.
constexpr const char* kAnyWriter = "gpt-4o-mini-transcribe";

/// A number that nobody vouches for is anybody's: it names no one who could be remembered.
api::auth::Principal caller_of(const StreamGrant& grant) {
  api::auth::Principal caller;
  caller.subject = grant.is_attested ? "phone:" + grant.from : "call:" + grant.call_sid;
  caller.tenants = {grant.tenant_id};
  caller.pack = grant.pack;
  caller.channel = registry::Channel::voice;
  caller.phone = grant.from;
  caller.assurance = grant.is_attested ? registry::Assurance::carrier : registry::Assurance::none;
  return caller;
}

/// By name alone: what a model does not know it cannot dial.
std::string told_of_transfers(const registry::Destinations& transfers) {
  std::vector<std::string> names;
  for (const auto& [name, number] : transfers) names.push_back(name);
  return "It is a phone call. It can be transferred to: " + join(names, ", ") + ".";
}

constexpr const char* kNotTaken =
    "The call was just put through, as was agreed, and nobody took it. The caller is back with "
    "you, and has been told so.";

/// What a call that comes back begins with.
const std::string& greeting_back(const config::PhoneConfig& phone, const StreamGrant& grant) {
  return grant.was_not_taken ? phone.greeting_not_taken : phone.greeting_back;
}

/// The business's own where it has one. Its placeholders are those of prompts, and what was looked
/// up; one without a value reads as nothing.
std::string greeting_of(const std::string& usual, bool is_back, const PromptValues& values) {
  const auto own = values.find("greeting");
  const bool has_own = !is_back && own != values.end() && !own->second.empty();
  std::set<std::string> missing;
  return std::string(trim(fill_placeholders(has_own ? own->second : usual, values, missing)));
}

/// The chat model of the first provider that has one.
std::shared_ptr<realtime::ChatModel> judge_of(const Edition& edition) {
  for (const auto& provider : edition.providers()) {
    if (provider.judge) return provider.judge;
  }
  return nullptr;
}

}  // namespace

asio::awaitable<std::optional<storage::RealtimeSession>> Planner::find_call_session(
    api::auth::Principal principal, std::string tenant_id, std::string session_id) {
  std::optional<storage::RealtimeSession> none;
  // The carrier knows that the stream has ended before its connection here says so.
  parts_.board.hand_over(session_id);
  const auto deadline = async::Deadline::after(parts_.time, kHandOver);
  while (!deadline.passed()) {
    auto finding = find_resumable(principal, tenant_id, session_id);
    auto found = co_await std::move(finding);
    if (found) co_return std::move(*found);
    if (found.error().type != ErrorType::conflict) co_return none;
    const auto soon = async::Deadline::after(parts_.time, kLook);
    co_await async::sleep_until(soon);
  }
  co_return none;
}

asio::awaitable<Result<PhonePlan>> Planner::plan_phone(StreamGrant grant,
                                                       pipeline::Executor* executor) {
  if (!parts_.is_ready) co_return fail(ErrorType::transient, "the gateway is not ready");
  const auto principal = caller_of(grant);
  auto finding_tenant = find_tenant(principal, grant.tenant_id);
  const auto tenant = co_await std::move(finding_tenant);
  if (!tenant) co_return tenant.error();
  std::optional<storage::RealtimeSession> before;
  if (!grant.session_id.empty()) {
    auto finding = find_call_session(principal, tenant->id, grant.session_id);
    before = co_await std::move(finding);
  }
  auto opens = open(principal, *tenant, before ? before->id : std::string());
  auto opening = co_await std::move(opens);
  if (!opening) co_return opening.error();
  opening->context.call_sid = grant.call_sid;
  if (opening->load) opening->load->channel = registry::Channel::phone;
  if (!grant.transfers.empty()) {
    opening->product.channel.push_back(told_of_transfers(grant.transfers));
    opening->context.transfers =
        std::make_shared<const registry::Destinations>(std::move(grant.transfers));
  }
  if (grant.was_not_taken) opening->product.channel.emplace_back(kNotTaken);
  const auto& provider = opening->edition->provider();
  PhonePlan plan;
  const auto& writer = provider.transcription_model;
  plan.transcription_model = writer.empty() ? kAnyWriter : writer;
  if (auto* scores = parts_.call_scores.get()) {
    plan.on_ended = [scores, judge = judge_of(*opening->edition)](channel::twilio::EndedCall call) {
      scores->judge(std::move(call), judge);
    };
  }
  const bool goes_on = grant.step > 0;
  auto values = std::move(opening->values);
  auto begins = begin_plan(std::move(*opening), std::move(before), {});
  auto begun = co_await std::move(begins);
  if (!begun) co_return begun.error();
  plan.session = std::move(*begun);
  auto& start = plan.session.start;
  start.wants_timeline = true;  // what is written down of the call
  auto looking = look_up(plan.session, values, executor);
  co_await std::move(looking);
  const auto& phone = parts_.config.phone;
  const auto& back = greeting_back(phone, grant);
  const bool is_back = goes_on && !back.empty();
  start.greeting = greeting_of(is_back ? back : phone.greeting, is_back, values);
  plan.asks_first = start.greeting.empty();
  start.silence = {std::chrono::seconds(phone.silence_prompt_s), phone.silence_prompt,
                   phone.silence_goodbye};
  // Planning takes its time, and it may have been waited for somebody to let go.
  if (!parts_.is_ready) co_return fail(ErrorType::transient, "the gateway is not ready");
  co_return plan;
}

}  // namespace callosum::app
