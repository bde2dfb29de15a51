// Sessions that somebody goes on with, and tools that come and go.
#include "api/session_desk.hpp"
#include "app/loading.hpp"
#include "app/planner.hpp"
#include "async/with_deadline.hpp"
#include "base/ids.hpp"
#include "storage/ledger.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kPlanTimeout = 5s;
constexpr auto kHandOver = 6s;  // its calls are answered, its goodbyes said
constexpr auto kLook = 20ms;
constexpr std::chrono::milliseconds kResumable = 15min;  // after its end

/// Ends what the book knows of a conversation.
struct InBook {
  session::LoadBook& book;
  std::string session_id;
  std::uint64_t holder;
  InBook(session::LoadBook& b, std::string id, std::uint64_t h)
      : book(b), session_id(std::move(id)), holder(h) {}
  ~InBook() { book.let_go(session_id, holder); }
  InBook(const InBook&) = delete;
  InBook& operator=(const InBook&) = delete;
};

}  // namespace

asio::awaitable<Result<storage::RealtimeSession>> Planner::find_resumable(
    const api::auth::Principal& principal, const std::string& tenant_id, std::string id) {
  const auto deadline = async::Deadline::after(parts_.time, kPlanTimeout);
  auto finding = parts_.sessions->find_own(id, principal.subject, deadline);
  auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  if (!*found || (*found)->tenant_id != tenant_id) co_return api::no_such_session();
  auto& row = **found;
  if (row.is_over) co_return api::no_such_session();
  const auto channel = principal.channel.value_or(registry::Channel::voice);
  const bool has_pack = principal.pack.empty() || principal.pack == row.pack;
  if (row.channel != to_string(channel) || !has_pack) co_return api::no_such_session();
  const bool has_ended = row.state == storage::SessionState::ended;
  const auto ended_for = epoch_ms(parts_.time.wall_now()) - row.ended_at_ms;
  if (has_ended && ended_for > kResumable.count()) co_return api::no_such_session();
  // One that was made and not begun yet has no provider.
  const bool is_held = parts_.load_book->is_held(id) || (!has_ended && !row.provider.empty());
  if (!is_held) co_return std::move(row);
  // A client that has lost its connection is back before the gateway has noticed.
  auto taking = take_over(id);
  const bool is_free = co_await std::move(taking);
  if (!is_free) {
    co_return fail(ErrorType::conflict, "that session is held by another connection; end it there");
  }
  auto finding_again = parts_.sessions->find_own(id, principal.subject, deadline);
  auto again = co_await std::move(finding_again);
  if (!again) co_return again.error();
  if (!*again || (*again)->is_over) co_return api::no_such_session();
  co_return std::move(**again);
}

asio::awaitable<bool> Planner::take_over(std::string id) {
  if (!parts_.load_book->is_held(id)) co_return false;  // its client talks to the provider
  parts_.board.hand_over(id);
  const auto deadline = async::Deadline::after(parts_.time, kHandOver);
  while (parts_.load_book->is_held(id)) {
    if (deadline.passed()) co_return false;
    const auto soon = async::Deadline::after(parts_.time, kLook);
    co_await async::sleep_until(soon);
  }
  co_return true;
}

/// Nothing comes and goes; it ends with those that do.
void Planner::make_plain_load(Opening& opening) {
  auto& load = opening.load.emplace();
  load.session_id = opening.context.session_id;
  load.snapshot = opening.context.snapshot;
}

asio::awaitable<Result<session::OpenQuestions>> Planner::find_open_questions(
    storage::RealtimeSession before) {
  using Questions = session::OpenQuestions;
  const auto now_ms = epoch_ms(parts_.time.wall_now());
  auto questions = session::decode_questions(before.open_questions, now_ms);
  if (questions.empty()) co_return questions;
  // The row is written after the call: what is in the ledger was agreed to already.
  std::function<Result<Questions>(storage::sqlite::Connection&)> work =
      [before = std::move(before), questions = std::move(questions)](
          storage::sqlite::Connection& connection) mutable -> Result<Questions> {
    Questions open;
    for (auto& question : questions) {
      storage::LedgerCall call;
      call.tenant_id = before.tenant_id;
      call.session_id = before.id;
      call.tool_id = question.tool;
      call.arguments_hash = question.arguments_hash;
      const auto called = storage::was_called_since(connection, call, question.asked_at_ms);
      if (!called) return called.error();
      if (!*called) open.push_back(std::move(question));
    }
    return open;
  };
  const auto deadline = async::Deadline::after(parts_.time, kPlanTimeout);
  auto pending = parts_.database->read<Questions>(deadline, std::move(work));
  auto found = co_await std::move(pending);
  co_return found;
}

void Planner::look_at_user_again(const registry::CallContext& context) {
  if (!parts_.user_watch || !context.loaded) return;
  parts_.user_watch->on_user_changed(context.tenant_id, context.subject);
}

Result<std::shared_ptr<const void>> Planner::begin_loading(Opening& opening,
                                                           const storage::RealtimeSession* before) {
  if (!opening.load && !before) return std::shared_ptr<const void>();
  // One that is gone on with is in the book whatever its tools do: nobody else goes on with it.
  if (!opening.load) make_plain_load(opening);
  auto& book = *parts_.load_book;
  auto wish = before ? session::wish_of(*before) : session::LoadWish();
  const auto epoch = before ? before->epoch : 0;
  auto held = book.hold(std::move(*opening.load), std::move(wish), epoch);
  if (!held) return held.error();
  put_loaded(opening.context, std::move(held->set));
  look_at_user_again(opening.context);
  std::shared_ptr<const void> in_book =
      std::make_shared<const InBook>(book, opening.context.session_id, held->holder);
  return in_book;
}

asio::awaitable<Result<api::RealtimeSessionPlan>> Planner::plan_realtime_session(
    api::auth::Principal principal, api::RealtimeSessionWish wish) {
  auto finding_tenant = find_tenant(principal, std::move(wish.tenant));
  const auto tenant = co_await std::move(finding_tenant);
  if (!tenant) co_return tenant.error();
  auto pack = narrow_to_pack(principal, std::move(wish.pack));
  if (!pack) co_return pack.error();
  const auto checked = check_pack(*parts_.editions->current()->snapshot(), *pack,
                                  parts_.enablement.of(tenant->id).get());
  if (!checked) co_return checked.error();
  api::RealtimeSessionPlan plan;
  auto& owner = plan.token.owner;
  owner = std::move(principal);
  owner.tenants = {tenant->id};
  owner.pack = std::move(*pack);
  auto opens = open(owner, *tenant);
  auto opening = co_await std::move(opens);
  if (!opening) co_return opening.error();
  const auto& context = opening->context;
  owner.session_id = plan.session_id = context.session_id;

  storage::RealtimeSession row;
  row.id = context.session_id;
  row.tenant_id = context.tenant_id;
  row.subject = context.subject;
  row.pack = context.pack;
  row.channel = to_string(context.channel);
  row.registry_version = opening->edition->version();
  row.reply_path = to_string(context.reply_path);
  row.tool_ownership = to_string(context.tool_ownership);
  row.created_at_ms = epoch_ms(parts_.time.wall_now());
  if (wish.is_direct) row.provider = opening->edition->provider().name;
  session::LoadWish loads;
  if (opening->load && !wish.account.empty()) {
    const auto account = session::find_account(*opening->load, wish.account);
    if (!account) co_return account.error();
    loads.account = account->email;
  } else if (!wish.account.empty()) {
    co_return fail(ErrorType::validation, "account: nothing in this session acts in an account");
  }
  if (!opening->load) make_plain_load(*opening);
  // Nobody holds it yet: what keeps this version of the packs is its place in the book.
  opening->load->snapshot = {opening->edition, opening->edition->snapshot().get()};
  put_loaded(opening->context,
             parts_.load_book->begin(std::move(*opening->load), std::move(loads), 0, row));
  look_at_user_again(opening->context);
  fill_token(*opening, plan.token);
  if (const auto* set = opening->context.loaded.get()) {
    plan.mode = set->mode;
    plan.account = set->account;
    plan.epoch = set->epoch;
  }
  co_return plan;
}

std::shared_ptr<const Edition> Planner::find_edition(const storage::RealtimeSession& session) {
  auto edition = parts_.editions->find(session.registry_version);
  if (edition->version() == session.registry_version) return edition;
  parts_.log->warn("session_version_gone", {{"session_id", session.id},
                                            {"registry_version", session.registry_version},
                                            {"serving", edition->version()}});
  return nullptr;
}

asio::awaitable<Result<api::UpdatedTools>> Planner::update_tools(api::auth::Principal principal,
                                                                 api::UpdateToolsWish wish) {
  const auto owner = principal;
  auto finding = find_named(std::move(principal), std::move(wish.ids));
  const auto named = co_await std::move(finding);
  if (!named) co_return named.error();
  const auto& id = named->session.id;
  const auto edition = find_edition(named->session);
  if (!edition) co_return api::no_such_session();
  auto set = parts_.load_book->change(id, {.mode = wish.mode, .only = wish.only});
  if (!set) co_return set.error();
  auto context = context_for(owner, named->tenant, *edition);
  if (const auto channel = registry::parse_word<registry::Channel>(named->session.channel)) {
    context.channel = *channel;
  }
  auto offer = edition->offer_of({**set, context}, kCallersExport);
  if (!offer) co_return offer.error();
  api::UpdatedTools out;
  out.session_id = id;
  out.mode = (*set)->mode;
  out.account = (*set)->account;
  out.epoch = (*set)->epoch;
  for (const auto& name : (*offer)->names()) out.active_tools.emplace_back(name);
  out.tools = (*offer)->tools()->list;
  co_return out;
}

}  // namespace callosum::app
