#include "pipeline/proposals.hpp"

#include <boost/json/serialize.hpp>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "storage/database.hpp"

namespace callosum::pipeline {

namespace asio = boost::asio;
using storage::Proposal;
using storage::ProposalState;
using storage::sqlite::Connection;

namespace {

constexpr std::chrono::seconds kPatience{5};

/// Whom the session's bound parameters stand for.
std::string bound_by(const registry::CallContext& context) {
  return json::serialize(json::object{{"subject", context.subject},
                                      {"email", context.email},
                                      {"caller_phone", context.caller_phone},
                                      {"call_sid", context.call_sid},
                                      {"account", context.account},
                                      {"session_id", context.session_id}});
}

void bind_for(registry::CallContext& context, const Proposal& proposal) {
  const auto parsed = parse_strict(proposal.bound_by);
  const auto* who = parsed ? parsed->if_object() : nullptr;
  if (!who) return;
  context.subject = text_at(*who, "subject");
  context.email = text_at(*who, "email");
  context.caller_phone = text_at(*who, "caller_phone");
  context.call_sid = text_at(*who, "call_sid");
  context.account = text_at(*who, "account");
  // The person who applies it vouches for the one it is done for.
  context.assurance = registry::Assurance::verified;
}

/// Somebody else is at it right now, and will say what came of it.
bool is_being_done(const registry::Envelope& envelope) {
  return envelope.error && envelope.error->type == ErrorType::conflict;
}

ProposalState state_after(const registry::Envelope& envelope) {
  if (envelope.ok()) return ProposalState::applied;
  switch (envelope.error->type) {
    // It did not run, and may when somebody else asks, or later.
    case ErrorType::forbidden:
    case ErrorType::not_loaded:
    case ErrorType::mode_restricted:
    case ErrorType::rate_limit:
    case ErrorType::budget_exceeded:
    case ErrorType::transient:
      return ProposalState::open;
    default:
      return ProposalState::failed;
  }
}

}  // namespace

asio::awaitable<Result<std::string>> Proposals::keep(const policy::PreparedCall& call,
                                                     std::string preview) {
  const auto& context = call.context;
  Proposal proposal;
  proposal.id = make_uuid7(time_, random_);
  proposal.tenant_id = context.tenant_id;
  proposal.session_id = context.session_id;
  proposal.call_key = call.key;
  proposal.subject = context.subject;
  proposal.tool_id = call.tool->id;
  proposal.tool = call.tool->name;
  proposal.tool_version = call.tool->version;
  proposal.arguments = json::serialize(call.sent);
  proposal.bound_by = bound_by(context);
  proposal.preview = std::move(preview);
  proposal.created_at_ms = epoch_ms(time_.wall_now());
  std::function<Result<std::string>(Connection&)> work = [proposal =
                                                              std::move(proposal)](Connection& c) {
    return storage::add_proposal(c, proposal);
  };
  auto pending =
      database_.write<std::string>(call.deadline, std::move(work), call.context.tenant_id);
  auto kept = co_await std::move(pending);
  co_return kept;
}

asio::awaitable<Result<std::vector<Proposal>>> Proposals::list(std::string tenant_id,
                                                               std::string state) {
  using Found = std::vector<Proposal>;
  auto tenant = tenant_id;
  std::function<Result<Found>(Connection&)> work = [tenant_id = std::move(tenant_id),
                                                    state = std::move(state)](Connection& c) {
    return storage::list_proposals(c, tenant_id, state);
  };
  const auto deadline = async::Deadline::after(time_, kPatience);
  auto pending = database_.read<Found>(deadline, std::move(work), std::move(tenant));
  auto found = co_await std::move(pending);
  co_return found;
}

asio::awaitable<Result<Proposal>> Proposals::find(std::string tenant_id, std::string id) {
  auto tenant = tenant_id;
  std::function<Result<Proposal>(Connection&)> work = [tenant_id = std::move(tenant_id),
                                                       id = std::move(id)](Connection& c) {
    return storage::find_proposal(c, tenant_id, id);
  };
  const auto deadline = async::Deadline::after(time_, kPatience);
  auto pending = database_.read<Proposal>(deadline, std::move(work), std::move(tenant));
  auto found = co_await std::move(pending);
  co_return found;
}

asio::awaitable<Result<Proposal>> Proposals::move(Proposal decided, ProposalState from) {
  decided.decided_at_ms = epoch_ms(time_.wall_now());
  auto tenant = decided.tenant_id;
  std::function<Result<Proposal>(Connection&)> work = [decided = std::move(decided),
                                                       from](Connection& c) -> Result<Proposal> {
    const auto moved = storage::move_proposal(c, decided, from);
    if (!moved) return moved.error();
    return decided;
  };
  const auto deadline = async::Deadline::after(time_, kPatience);
  auto pending = database_.write<Proposal>(deadline, std::move(work), std::move(tenant));
  auto moved = co_await std::move(pending);
  co_return moved;
}

asio::awaitable<Result<Proposal>> Proposals::reject(std::string tenant_id, std::string id,
                                                    std::string by) {
  auto finding = find(std::move(tenant_id), std::move(id));
  auto proposal = co_await std::move(finding);
  if (!proposal) co_return proposal.error();
  proposal->state = ProposalState::rejected;
  proposal->decided_by = std::move(by);
  auto moving = move(std::move(*proposal), ProposalState::open);
  auto rejected = co_await std::move(moving);
  co_return rejected;
}

asio::awaitable<Result<Proposal>> Proposals::apply(std::string id, CallRequest request,
                                                   Executor& executor) {
  auto context = std::make_shared<registry::CallContext>(*request.context);
  auto finding = find(context->tenant_id, std::move(id));
  auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  const auto* tool = request.catalog->snapshot()->find(found->tool);
  if (!tool || tool->id != found->tool_id || tool->version != found->tool_version) {
    co_return fail(ErrorType::conflict,
                   "the tool has changed since that was proposed; reject it and have it proposed "
                   "anew");
  }
  // One that was being applied when a process ended is applied on: the ledger knows what was done.
  const auto from =
      found->state == ProposalState::applying ? ProposalState::applying : ProposalState::open;
  found->state = ProposalState::applying;
  found->decided_by = context->subject;
  auto starting = move(std::move(*found), from);
  auto proposal = co_await std::move(starting);
  if (!proposal) co_return proposal.error();

  context->approved_by = context->subject;
  bind_for(*context, *proposal);
  context->provider = "proposal";
  context->session_id = proposal->session_id;
  request.call = {"proposal:" + proposal->id, proposal->tool, proposal->arguments};
  request.context = std::move(context);
  auto running = executor.run(std::move(request));
  const auto envelope = co_await std::move(running);
  if (is_being_done(envelope)) co_return *envelope.error;
  proposal->state = state_after(envelope);
  proposal->answer = registry::encode_text(envelope);
  auto ending = move(std::move(*proposal), ProposalState::applying);
  auto ended = co_await std::move(ending);
  co_return ended;
}

}  // namespace callosum::pipeline
