// What the caller confirms by more than words: shown to the caller's program, answered by it, and
// told to the model only as news. The id of a question never leaves towards the model.
#include <boost/json/serialize.hpp>

#include "async/task_group.hpp"
#include "base/json.hpp"
#include "session/session.hpp"

namespace callosum::session {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxIdBytes = 128;
constexpr int kMaxAnswering = 8;  // at once

}  // namespace

void Session::show_confirmation(const storage::Confirmation& question) {
  if (is_ending_ || !shown_.insert(question.id)) return;
  const auto args = parse_strict(question.arguments);
  to_caller(json::serialize(json::object{{"type", "callosum.confirmation.requested"},
                                         {"event_id", next_event_id()},
                                         {"confirmation_id", question.id},
                                         {"tool", question.tool},
                                         {"preview", question.preview},
                                         {"args", args ? *args : json::value(json::object())},
                                         {"expires", question.expires_at_ms}}));
}

/// Wherever it was answered: the caller's program may close its dialog, and the model may call.
void Session::on_confirmation_answered(const storage::Confirmation& question) {
  if (is_ending_ || !state_.is_active()) return;
  const bool is_agreed = question.state == storage::ConfirmationState::agreed;
  to_caller(json::serialize(json::object{{"type", "callosum.confirmation.answered"},
                                         {"event_id", next_event_id()},
                                         {"confirmation_id", question.id},
                                         {"agree", is_agreed}}));
  std::string news = "The caller has declined: " + question.tool +
                     ". It was not done. Do not call it again unless the caller asks for it.";
  if (is_agreed) {
    news = "The caller has confirmed: " + question.tool +
           ". Call it again now with the same arguments.";
  }
  add_and_tell("system", news);
  sequencer_.on_news();
  create_when_due();
}

void Session::on_caller_confirms(const json::object& event) {
  const std::string event_id(text_at(event, "event_id"));
  const auto id = text_at(event, "confirmation_id");
  if (id.empty() || id.size() > kMaxIdBytes) {
    return refuse("invalid_value",
                  "Expected the confirmation_id of a callosum.confirmation.requested event.",
                  "confirmation_id", event_id);
  }
  const auto* agree = event.if_contains("agree");
  if (!agree || !agree->is_bool()) {
    return refuse("invalid_value", "Expected agree: true or false.", "agree", event_id);
  }
  if (!parts_.confirmations || !tasks_ || answering_ >= kMaxAnswering) {
    return refuse("confirmation_not_recorded", "That cannot be recorded right now; send it again.",
                  "", event_id);
  }
  storage::ConfirmationAnswer answer;
  answer.id = id;
  answer.tenant_id = context_->tenant_id;
  answer.subject = context_->subject;
  answer.session_id = context_->session_id;
  answer.agrees = agree->get_bool();
  const bool is_keypad = !context_->call_sid.empty() && text_at(event, "how") == "keypad";
  if (is_keypad) answer.how = storage::ConfirmationWay::keypad;
  ++answering_;
  tasks_->spawn_beside("confirmation", keep_answer(std::move(answer), event_id));
}

asio::awaitable<void> Session::keep_answer(storage::ConfirmationAnswer answer,
                                           std::string event_id) {
  auto answering = parts_.confirmations->answer(std::move(answer));
  const auto kept = co_await std::move(answering);
  --answering_;
  if (kept) co_return;  // whoever keeps it tells the conversation
  const auto type = kept.error().type;
  if (type == ErrorType::not_found) {
    co_return refuse("invalid_value", "There is no confirmation with that id in this session.",
                     "confirmation_id", event_id);
  }
  if (type == ErrorType::conflict) {
    co_return refuse("invalid_value", kept.error().message, "confirmation_id", event_id);
  }
  refuse("confirmation_not_recorded", "That cannot be recorded right now; send it again.", "",
         event_id);
}

}  // namespace callosum::session
