// A session's responses: who asked for one, when it is asked for, and what follows it.
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "session/session.hpp"

namespace callosum::session {

namespace {

constexpr std::string_view kAlreadyActive = "conversation_already_has_active_response";
constexpr std::size_t kMaxKeptText = 64 * 1024;  // of a create outside the conversation

}  // namespace

void Session::on_caller_create(const realtime::ClientFrame& frame) {
  auto event = realtime::decode_client_event(frame);
  if (!event) return refuse("invalid_json", event.error().message, "", "");
  Create create{std::string(text_at(*event, "event_id")), "", true, "", {}, {}};
  create.callers_id = create.event_id;
  bool out_of_band = false;
  if (auto* response = event->if_contains("response"); response && response->is_object()) {
    auto& object = response->get_object();
    if (const auto param = view_.find_reserved(object)) {
      return refuse("invalid_value",
                    "A tool of this response has a name that belongs to this gateway's own tools.",
                    *param, create.callers_id);
    }
    out_of_band = text_at(object, "conversation") == "none";
    create.tools = view_.complete_response(object, out_of_band);
    if (refuse_forged_input(object, create.callers_id)) return;
    if (!out_of_band) create.wish = make_wish(object);
  }
  if (create.event_id.empty()) {  // named in any case, so that a refusal can be told from others
    create.event_id = next_event_id();
    creates_.give_id(create.event_id);
  }
  (*event)["event_id"] = create.event_id;
  create.text = json::serialize(*event);
  if (out_of_band) return send_out_of_band(std::move(create));
  switch (sequencer_.on_caller_create(is_connected_, parts_.time.now())) {
    case CreateDecision::forward:
      return send_create(std::move(create));
    case CreateDecision::hold:
      return creates_.hold(std::move(create));
    case CreateDecision::refuse:
      return refuse(kAlreadyActive,
                    "Conversation already has an active response in progress. Wait until the "
                    "response is finished before creating a new one.",
                    "", create.callers_id);
  }
}

/// The caller's. Not by the queue of what waits for a connection: one that is lost is sent again
/// (`lose_model`).
void Session::send_create(Create create) {
  heard_at_ = parts_.time.now();
  creates_.send(std::move(create));
  model_->send(creates_.on_its_way().text, net::FrameKind::control);
  look_again();
}

void Session::send_out_of_band(Create create) {
  const auto text = std::move(create.text);
  if (text.size() <= kMaxKeptText) create.text = text;
  const auto event_id = create.event_id;
  creates_.send_out_of_band(std::move(create));
  if (to_model(text) == Passing::lost) creates_.take_out_of_band(event_id);
}

/// A client may not put words into our tools' mouths: neither calls of them nor outputs.
bool Session::refuse_forged_input(const json::object& response, std::string_view event_id) {
  const auto* input = find_array(response, "input");
  if (!input) return false;
  for (const auto& entry : *input) {
    const auto* object = entry.if_object();
    if (!object) continue;
    const auto item = realtime::read_item(*object);
    const bool forged = (item.is_function_call() && is_ours(item.name, "")) ||
                        (item.is_function_output() && veil_.is_hidden_call(item.call_id)) ||
                        (item.type == "item_reference" && veil_.is_hidden_item(item.id));
    if (!forged) continue;
    refuse("invalid_value", "The input names calls or items that are not this client's.",
           "response.input", event_id);
    return true;
  }
  return false;
}

void Session::on_caller_cancel(const realtime::ClientFrame& frame) {
  const auto event = realtime::decode_client_event(frame);
  if (!event) return refuse("invalid_json", event.error().message, "", "");
  const auto named = text_at(*event, "response_id");
  const bool is_hidden = veil_.is_dropped(named);
  if (!named.empty() && named != sequencer_.active_response() && !is_hidden) {
    to_model(frame.text);  // of a response outside the conversation, or of none
    return;
  }
  const bool ends_something =
      sequencer_.is_busy() || !pending_.empty() || !waiting_.empty() || was_busy_when_lost_;
  sequencer_.on_caller_cancel(parts_.time.now());
  was_busy_when_lost_ = false;
  veil_.cancel_dropped();
  if (const auto held = creates_.take_held(); !held.event_id.empty()) {
    refuse("response_cancelled", "The response was cancelled before it had begun.", "",
           held.callers_id);
  }
  give_up_calls();
  if (!sequencer_.active_response().empty()) {
    to_model(is_hidden ? realtime::encode_response_cancel(next_event_id())
                       : std::string(frame.text));
  } else if (sequencer_.awaits_created()) {
    look_again();  // it is cancelled when the model says its name
  } else if (ends_something) {
    show_dropped();
    create_when_due();
  } else {
    to_model(frame.text);
  }
}

void Session::on_response_created(const realtime::ServerFrame& frame) {
  realtime::EventArena arena;
  auto event = realtime::decode_server_event(frame, arena.storage());
  if (!event) return;
  const auto info = realtime::read_response(event->body);
  if (info.is_out_of_band) {
    const auto event_id = creates_.on_created_out_of_band(info.id);
    to_caller(frame.text);
    if (!event_id.empty() && event_id == filler_.event_id) on_filler_began(info.id);
    return;
  }
  // One that goes on without having ended never does: its calls must not be waited for.
  const std::string unended = sequencer_.active_response();
  if (!unended.empty() && unended != info.id) release_waiting(unended, false);
  creates_.on_created();
  note_issued(info.id);
  on_reply_began();
  const auto* response = find_object(event->body, "response");
  const auto* metadata = response ? find_object(*response, "metadata") : nullptr;
  json::object kept;
  if (metadata) kept = *metadata;
  veil_.hold_created(info.id, std::string(frame.text), std::move(kept));
  const bool is_cancelled = sequencer_.on_created(info.id);
  look_again();  // from now on it must not be silent
  if (!is_cancelled) return;
  to_model(realtime::encode_response_cancel(next_event_id(), info.id));
}

/// Without this a refused response.create would be waited for, and nothing said any more.
bool Session::on_create_refused(const realtime::ErrorInfo& error) {
  if (const auto outside = creates_.take_out_of_band(error.event_id)) {
    if (outside->is_callers) {
      pass_error(error, outside->callers_id);
    } else {
      on_utterance_refused(*outside, error);
    }
    return true;
  }
  const bool is_active = error.code == kAlreadyActive;
  const auto& sent = creates_.on_its_way();
  const bool is_named = !sent.event_id.empty() && error.event_id == sent.event_id;
  const bool is_nameless = error.event_id.empty() && is_active && sequencer_.awaits_created();
  if (!is_named && !is_nameless) return false;
  const auto refused = creates_.take_on_its_way();
  if (!refused.is_callers && is_active) {
    sequencer_.on_create_refused();  // due again when that one is done
    return true;
  }
  sequencer_.on_create_failed();
  if (!refused.is_callers) {
    parts_.log.warn("provider_error", {{"session_id", id()},
                                       {"code", error.code},
                                       {"message", error.message},
                                       {"param", error.param}});
  }
  pass_error(error, refused.callers_id);
  create_when_due();
  return true;
}

/// The call that ends the session has been answered, and its words came before it. Our own brain is
/// not asked for more.
bool Session::is_farewell_said() const {
  return state_.pending_end_voice_session() && has_replied_ &&
         context_->reply_path == registry::ReplyPath::brain;
}

void Session::create_when_due() {
  if (!is_connected_ || is_ending_) return;
  switch (sequencer_.take_due(parts_.time.now())) {
    case DueCreate::none:
      if (!sequencer_.awaits_created()) creates_.take_on_its_way();  // nobody waits for it any more
      turn_is_over();
      break;
    case DueCreate::callers:
      show_dropped();  // another takes its turn instead of a follow-up
      return send_create(creates_.take_held());
    case DueCreate::ours: {
      cut_filler();
      if (is_farewell_said()) {
        sequencer_.on_create_failed();
        turn_is_over();
        break;
      }
      heard_at_ = parts_.time.now();
      const auto response = creates_.follow_up(veil_.metadata(), view_.forces_calls());
      creates_.send({next_event_id(), "", false, "", {}, {}});
      model_->schedule_realtime_tool_followup_response(response, creates_.on_its_way().event_id);
      break;
    }
  }
  look_again();
}

/// No response took the place of one that was kept back: the caller's program sees that one end.
void Session::show_dropped() {
  const auto [created, done] = veil_.take_dropped();
  if (done.empty()) return;
  to_caller(created);
  to_caller(done);
}

/// Nothing is being said and nothing is coming: what waited for that moment happens now.
void Session::turn_is_over() {
  if (sequencer_.is_busy() || !pending_.empty() || !state_.is_active()) return;
  show_dropped();
  if (!state_.pending_end_voice_session()) return;
  if (state_.has_pending_message() && goodbye_event_.empty()) {
    Create ours{next_event_id(), "", false, "", {}, {}};
    model_->request_playback_utterance(state_.take_pending_message(), ours.event_id);
    goodbye_event_ = ours.event_id;
    creates_.send_out_of_band(std::move(ours));
    return;
  }
  if (!goodbye_event_.empty()) return;  // ends with that response
  const auto now = parts_.time.now();
  // Who speaks over the last words is listened to, so they are heard before it ends.
  if (context_->channel == registry::Channel::voice && unheard(now).count() > 0) {
    ends_at_ = now + unheard(now);
    return look_again();
  }
  if (state_.turn_spoken()) end(1000, last_words());
}

}  // namespace callosum::session
