// What the model's side refuses: whose event that was, and what the conversation does without it.
#include <algorithm>

#include "base/json.hpp"
#include "realtime/client_event.hpp"
#include "session/session.hpp"

namespace callosum::session {

void Session::on_error(const realtime::ServerFrame& frame) {
  realtime::EventArena arena;
  const auto event = realtime::decode_server_event(frame, arena.storage());
  if (!event) return;
  const auto error = realtime::read_error(event->body);
  if (error.code == "session_expired") return;  // the connection ends and is found again
  if (on_update_refused(error) || on_create_refused(error)) return;
  if (!error.event_id.starts_with(event_prefix_)) return to_caller(frame.text);
  if (creates_.has_given(error.event_id)) return pass_error(error, "");
  parts_.log.warn("provider_error", {{"session_id", id()},
                                     {"code", error.code},
                                     {"message", error.message},
                                     {"param", error.param}});
}

/// An error of an event that we sent on for the caller, under the name that the caller gave it.
void Session::pass_error(const realtime::ErrorInfo& error, std::string_view callers_id) {
  to_caller(realtime::encode_error(error.type, error.code, error.message, error.param, callers_id,
                                   next_event_id()));
}

/// A refused session.update is answered by an error instead of session.updated.
bool Session::on_update_refused(const realtime::ErrorInfo& error) {
  auto at = std::find_if(updates_.begin(), updates_.end(),
                         [&](const SentUpdate& sent) { return sent.event_id == error.event_id; });
  // Some servers name no event: then the order tells.
  const bool is_nameless = error.event_id.empty() && error.param.starts_with("session");
  if (at == updates_.end() && is_nameless) at = updates_.begin();
  if (at == updates_.end()) return false;
  const auto refused = std::move(*at);
  updates_.erase(at);
  if (refused.loads) {
    parts_.log.warn("tools_refused", {{"session_id", id()},
                                      {"provider", context_->provider},
                                      {"epoch", refused.loads->epoch},
                                      {"code", error.code},
                                      {"message", error.message}});
    on_list_refused(refused.loads);
  } else if (!refused.patch) {
    on_opening_refused(error);
  } else {
    pass_error(error, refused.callers_id);
  }
  return true;
}

/// The model must never be without our prompt and tools: it gets them alone, or the session ends.
void Session::on_opening_refused(const realtime::ErrorInfo& error) {
  parts_.log.error("provider_refused_session", {{"session_id", id()},
                                                {"provider", context_->provider},
                                                {"code", error.code},
                                                {"message", error.message},
                                                {"param", error.param}});
  pass_error(error, "");
  if (std::exchange(has_reopened_plain_, true)) {
    if (sources_.size() == 1) return end(1011, "the voice model refused the session");
    refused_ = fail(ErrorType::permanent, "the voice model refused the session",
                    std::string(error.message));
    return;
  }
  view_.forget_caller();
  const auto opening = view_.opening();
  updates_.push_front({next_event_id(), "", std::nullopt, nullptr});
  to_model(realtime::encode_session_update(opening.session, opening.tools->text,
                                           updates_.front().event_id));
}

}  // namespace callosum::session
