#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "api/realtime_session.hpp"
#include "api/update_tools.hpp"
#include "app/parts.hpp"
#include "app/tenant_prompt.hpp"
#include "channel/twilio/phone_channel.hpp"
#include "pipeline/executor.hpp"
#include "session/session_host.hpp"
#include "storage/tenants.hpp"

namespace callosum::app {

/// Who may do what as whom: turns a request's principal into the context of a call or the plan of a
/// session. Shared by all threads.
class Planner {
 public:
  explicit Planner(Parts& parts) : parts_(parts) {}

  /// A realtime session for whoever sent this upgrade: authenticated, from an allowed origin,
  /// member of a tenant. `executor`, of this thread, looks the caller up; null: nobody does.
  boost::asio::awaitable<Result<session::SessionPlan>> plan_session(
      const net::HttpRequest& request, pipeline::Executor* executor = nullptr);
  /// A conversation for a call whose stream has shown its token: the business whose number was
  /// called, the caller as far as the carrier vouches for them. The one that the call had goes on.
  boost::asio::awaitable<Result<channel::twilio::PhonePlan>> plan_phone(
      channel::twilio::StreamGrant grant, pipeline::Executor* executor);
  /// The same session, for a credential that opens it later.
  boost::asio::awaitable<Result<api::RealtimeTokenPlan>> plan_token(api::auth::Principal principal,
                                                                    api::RealtimeTokenWish wish);
  /// A call that a person makes outside a conversation, but for its own words. `tenant` may be
  /// empty: the only one.
  boost::asio::awaitable<Result<pipeline::CallRequest>> plan_call(api::auth::Principal principal,
                                                                  std::string tenant);
  /// The same within an account that its principal has connected at its tenant, by its whole
  /// address. NOT_FOUND for any other.
  boost::asio::awaitable<Result<pipeline::CallRequest>> act_in(pipeline::CallRequest request,
                                                               std::string account);
  /// A call within the live session of this principal that every one of `ids` names, its own id or
  /// its provider's, with the rules and the version of the packs that the session began with.
  /// SESSION_INACTIVE, in one wording, where one of them names none; VALIDATION where they name
  /// two.
  boost::asio::awaitable<Result<pipeline::CallRequest>> plan_session_call(
      api::auth::Principal principal, std::vector<std::string> ids);
  /// The tenant meant: the one asked for, else the principal's only one. FORBIDDEN, in one wording,
  /// where it is not theirs or does not exist.
  boost::asio::awaitable<Result<storage::Tenant>> find_tenant(api::auth::Principal principal,
                                                              std::string asked);
  /// The same session with an id, and tools that come and go: it has begun.
  boost::asio::awaitable<Result<api::RealtimeSessionPlan>> plan_realtime_session(
      api::auth::Principal principal, api::RealtimeSessionWish wish);
  /// Other tools in the live session that every one of `ids` names.
  boost::asio::awaitable<Result<api::UpdatedTools>> update_tools(api::auth::Principal principal,
                                                                 api::UpdateToolsWish wish);
  Parts& parts() { return parts_; }

 private:
  /// The version of the packs that the session pinned when it began; null, with a line in the log:
  /// nobody keeps it any more.
  std::shared_ptr<const Edition> find_edition(const storage::RealtimeSession& session);
  /// A live session of the subject's, and an id beside its own that names none.
  struct Found {
    storage::RealtimeSession session;
    std::string unknown;
  };
  boost::asio::awaitable<Result<Found>> find_session(std::string subject,
                                                     std::vector<std::string> ids);
  /// A call of this principal, as a member of the tenant, on this edition.
  registry::CallContext context_for(const api::auth::Principal& principal,
                                    const storage::Tenant& tenant, const Edition& edition);

  /// What every voice of a tenant begins with, by whichever door.
  struct Opening {
    std::shared_ptr<const Edition> edition;
    registry::CallContext context;
    session::ProductContext product;
    policy::SwitchedOff off;
    std::optional<session::LoadGround> load;  ///< where its tools come and go
    PromptValues values;                      ///< what is known of the tenant, by name
  };
  /// What is done before the first word: what was found goes into the plan, and into `values`.
  boost::asio::awaitable<void> look_up(session::SessionPlan& plan, PromptValues& values,
                                       pipeline::Executor* executor);
  /// A live session of this principal that `ids` names, and its tenant.
  struct Named {
    storage::RealtimeSession session;
    storage::Tenant tenant;
  };
  boost::asio::awaitable<Result<Named>> find_named(api::auth::Principal principal,
                                                   std::vector<std::string> ids);
  /// The session that somebody goes on with. SESSION_INACTIVE, as for one that never was: it ended
  /// too long ago, or is not theirs. CONFLICT: somebody holds it.
  boost::asio::awaitable<Result<storage::RealtimeSession>> find_resumable(
      const api::auth::Principal& principal, const std::string& tenant_id, std::string id);
  /// The connection that holds it lets go. False: it does not.
  boost::asio::awaitable<bool> take_over(std::string id);
  /// What the caller of that session has heard asked, and what was neither answered nor done.
  boost::asio::awaitable<Result<session::OpenQuestions>> find_open_questions(
      storage::RealtimeSession before);
  /// The opening's tools are in the book from here on, until the result goes.
  Result<std::shared_ptr<const void>> begin_loading(Opening& opening,
                                                    const storage::RealtimeSession* before);
  static void make_plain_load(Opening& opening);
  /// Its user's accounts and modes were read before the book knew of it: a change in between
  /// reached nobody.
  void look_at_user_again(const registry::CallContext& context);
  /// The rest of a session's plan. `before`: what it goes on from; nothing: it is new.
  boost::asio::awaitable<Result<session::SessionPlan>> begin_plan(
      Opening opening, std::optional<storage::RealtimeSession> before, std::string asked_model);
  /// The conversation that a call had, once nobody holds it; nothing: it is gone.
  boost::asio::awaitable<std::optional<storage::RealtimeSession>> find_call_session(
      api::auth::Principal principal, std::string tenant_id, std::string session_id);
  /// `session_id` empty: a new one.
  boost::asio::awaitable<Result<Opening>> open(api::auth::Principal principal,
                                               storage::Tenant tenant, std::string session_id = {});
  bool may_mind_words(const Opening& opening) const;
  /// What a credential opens, and who makes it.
  void fill_token(const Opening& opening, api::RealtimeTokenPlan& plan);
  /// What its context may use and is not off, in an export's words. Logs and counts a failure.
  Result<Edition::Offer> offer_tools(const Opening& opening, std::string_view export_name);
  /// What a session may be held with: `opening`'s provider, and those that take over from it.
  std::vector<session::ModelSource> model_sources(const Opening& opening,
                                                  const std::string& asked_model);

  Parts& parts_;
};

/// Whether a session of this pack alone can be had; `name` empty: of all.
Result<void> check_pack(const registry::Snapshot& snapshot, const std::string& name,
                        const policy::SwitchedOff* off);

/// The pack that a session of this principal has alone, where that one is wished for; empty: all.
/// VALIDATION where the credential is for another.
Result<std::string> narrow_to_pack(const api::auth::Principal& principal, std::string wanted);

}  // namespace callosum::app
