#include "sim/realtime/responder.hpp"

#include "base/json.hpp"
#include "sim/realtime/dialect.hpp"
#include "sim/realtime/turn.hpp"

namespace callosum::sim {
namespace {

const json::object& params_of(const json::object& event) {
  static const json::object kNone;
  const auto* params = find_object(event, "response");
  return params ? *params : kNone;
}

}  // namespace

Responder::Responder(Wire& wire, State& state, Timeline& timeline)
    : wire_(wire), state_(state), timeline_(timeline), rules_(wire.world().script) {}

void Responder::create(const json::object& event) {
  const auto& params = params_of(event);
  if (refuse_create(event, params)) return;
  begin(params);
}

bool Responder::refuse_create(const json::object& event, const json::object& params) {
  if (auto problem = wire_.dialect().check_response(params)) {
    wire_.refuse(*problem, &event);
    return true;
  }
  if (!state_.session->has_responses()) {
    wire_.refuse({"invalid_parameter", "A transcription session has no responses."}, &event);
    return true;
  }
  if (!active_ || wire_.dialect().is_beside(params)) return false;
  refuse_busy(event);
  return true;
}

void Responder::refuse_busy(const json::object& event) {
  wire_.note("response_create_while_active", active_->id());
  wire_.refuse({"conversation_already_has_active_response",
                "Conversation already has an active response in progress: " + active_->id() +
                    ". Wait until the response is finished before creating a new one."},
               &event);
}

void Responder::create_by_voice() {
  if (!active_) begin({});
}

void Responder::count_open_calls() {
  if (state_.open_calls.empty()) return;
  wire_.note("early_response_creates", *state_.open_calls.begin());
}

ResponseFrame Responder::make_frame(const json::object& params) {
  ResponseFrame frame;
  frame.dialect = &wire_.dialect();
  frame.script = &wire_.script();
  frame.response_id = wire_.make_id("resp_");
  frame.dialect->shape_frame(state_.session->effective(), params, frame);
  frame.make_id = [wire = &wire_](std::string_view prefix) { return wire->make_id(prefix); };
  return frame;
}

Reply Responder::make_reply(const json::object& params) {
  const auto& session = state_.session->effective();
  if (auto bad = wire_.dialect().find_bad_tool(session, params)) {
    wire_.note("bad_tool_schemas", bad->name);
    Reply reply;
    reply.failure = std::move(bad->error);
    return reply;
  }
  auto turn = make_turn(state_.conversation, session, params);
  turn.nth = count_;
  turn.connection = wire_.number();
  return rules_.reply_to(turn);
}

void Responder::speak(Reply reply, const json::object& event) {
  if (active_) return refuse_busy(event);
  ++count_;
  wire_.world().stats.count("responses");
  begin({}, std::move(reply));
}

void Responder::begin(const json::object& params) {
  ++count_;
  wire_.world().stats.count("responses");
  count_open_calls();
  begin(params, make_reply(params));
}

void Responder::begin(const json::object& params, Reply reply) {
  if (reply.is_ignored) return wire_.note("injected_faults", "response.create ignored");
  const auto start_delay = reply.start_delay;
  auto frame = make_frame(params);
  auto body = frame.dialect->response_body(state_.session->effective(), params, frame);
  auto next = std::make_shared<ResponseRun>(wire_, state_, std::move(reply), std::move(frame),
                                            std::move(body));
  if (next->is_in_conversation()) {
    active_ = next;
  } else {
    beside_.push_back(next);
  }
  if (start_delay.count() == 0) return run(next);
  timeline_.after(start_delay, [this, next] { run(next); });
}

void Responder::run(const std::shared_ptr<ResponseRun>& run) {
  if (!run->is_started()) run->start();
  const bool was_done = run->is_done();
  const auto wait = run->advance();
  if (wait) {
    auto next = run;
    timeline_.after(*wait, [this, next] { this->run(next); });
  }
  if (run->is_done() && !was_done) release(run);
}

void Responder::release(const std::shared_ptr<ResponseRun>& run) {
  std::erase(beside_, run);
  if (active_ != run) return;
  active_.reset();
  if (on_free) on_free(run->played());
}

void Responder::cancel(const json::object& event) {
  const auto id = text_at(event, "response_id");
  auto target = active_ && (id.empty() || id == active_->id()) ? active_ : nullptr;
  for (const auto& run : beside_) {
    if (!id.empty() && run->id() == id) target = run;
  }
  if (!target) {
    wire_.note("cancels_of_nothing", id);
    // A client of LiveKit's knows this error by how its message begins (protocol §17, 14).
    return wire_.refuse(
        {"response_cancel_not_active", "Cancellation failed: no active response found"}, &event);
  }
  target->cancel("client_cancelled");
  release(target);
  run(target);
}

void Responder::interrupt(bool is_told) {
  if (!active_) return;
  auto target = active_;
  if (is_told) {
    target->cancel("turn_detected");
  } else {
    wire_.note("injected_faults", target->id());
    target->abandon();
  }
  release(target);
  run(target);
}

}  // namespace callosum::sim
