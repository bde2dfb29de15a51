#include "sim/openai/responder.hpp"

#include "base/json.hpp"
#include "sim/openai/shapes.hpp"
#include "sim/openai/turn.hpp"

namespace callosum::sim::openai {
namespace {

const json::object& params_of(const json::object& event) {
  static const json::object kNone;
  const auto* params = find_object(event, "response");
  return params ? *params : kNone;
}

const json::object& audio_output(const json::object& session) {
  return session.at("audio").get_object().at("output").get_object();
}

/// `audio.output` of the session with this response's own values over it.
json::object effective_output(const json::object& session, const json::object& params) {
  const auto& defaults = audio_output(session);
  json::object out{{"format", defaults.at("format")}, {"voice", defaults.at("voice")}};
  const auto* audio = find_object(params, "audio");
  const auto* given = audio ? find_object(*audio, "output") : nullptr;
  if (given) {
    for (const auto& member : *given) out[member.key()] = member.value();
  }
  return out;
}

const json::value& effective(const json::object& session, const json::object& params,
                             const char* key) {
  const auto* given = params.if_contains(key);
  return given ? *given : session.at(key);
}

/// A schema that the session takes and the turn then fails on (dossier section 5).
const json::object* find_bad_tool(const json::object& session, const json::object& params) {
  const auto* tools = effective(session, params, "tools").if_array();
  for (const auto& tool : *tools) {
    const auto* parameters = find_object(tool.get_object(), "parameters");
    if (!parameters || parameters->empty()) continue;
    bool is_bad = text_at(*parameters, "type") != "object";
    for (const char* word : {"anyOf", "oneOf", "allOf", "enum", "not"}) {
      is_bad |= parameters->contains(word);
    }
    if (is_bad) return &tool.get_object();
  }
  return nullptr;
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
  if (auto problem = check_response(params, "response")) {
    wire_.refuse(*problem, &event);
    return true;
  }
  if (state_.config.kind() == SessionKind::transcription) {
    wire_.refuse({"invalid_parameter", "A transcription session has no responses."}, &event);
    return true;
  }
  if (!active_ || text_at(params, "conversation") == "none") return false;
  wire_.note("response_create_while_active", active_->id());
  wire_.refuse({"conversation_already_has_active_response",
                "Conversation already has an active response in progress: " + active_->id() +
                    ". Wait until the response is finished before creating a new one."},
               &event);
  return true;
}

void Responder::create_by_voice() {
  if (!active_) begin({});
}

void Responder::count_open_calls() {
  if (state_.open_calls.empty()) return;
  wire_.note("early_response_creates", *state_.open_calls.begin());
}

ResponseFrame Responder::make_frame(const json::object& params) {
  const auto& session = state_.config.effective();
  const auto output = effective_output(session, params);
  ResponseFrame frame;
  frame.response_id = wire_.world().make_id("resp_");
  frame.is_audio = effective(session, params, "output_modalities").get_array().at(0) == "audio";
  frame.is_in_conversation = text_at(params, "conversation") != "none";
  frame.format = parse_sound_format(text_at(output.at("format").get_object(), "type"));
  frame.speed = audio_output(session).at("speed").to_number<double>();
  frame.make_id = [world = &wire_.world()](std::string_view prefix) {
    return world->make_id(prefix);
  };
  return frame;
}

json::object Responder::make_body(const json::object& params, const ResponseFrame& frame) const {
  const auto& session = state_.config.effective();
  json::object body{{"object", "realtime.response"}, {"id", frame.response_id},
                    {"status", "in_progress"},       {"status_details", nullptr},
                    {"output", json::array()},       {"conversation_id", nullptr}};
  if (frame.is_in_conversation) {
    body["conversation_id"] = "conv_" + std::string(text_at(session, "id")).substr(5);
  }
  body["output_modalities"] = effective(session, params, "output_modalities");
  body["max_output_tokens"] = effective(session, params, "max_output_tokens");
  body["audio"] = json::object{{"output", effective_output(session, params)}};
  body["usage"] = nullptr;
  const auto* metadata = params.if_contains("metadata");
  body["metadata"] = metadata ? *metadata : json::value();
  return body;
}

Reply Responder::make_reply(const json::object& params) {
  const auto& session = state_.config.effective();
  if (const auto* tool = find_bad_tool(session, params)) {
    wire_.note("bad_tool_schemas", text_at(*tool, "name"));
    Reply reply;
    reply.failure = {
        {"type", "invalid_request_error"},
        {"code", "invalid_function_parameters"},
        {"message", "Invalid schema for function '" + std::string(text_at(*tool, "name")) +
                        "': schema must have type 'object' and not have "
                        "'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."}};
    return reply;
  }
  auto turn = make_turn(state_.conversation, session, params);
  turn.nth = count_;
  turn.connection = wire_.number();
  return rules_.reply_to(turn);
}

void Responder::begin(const json::object& params) {
  ++count_;
  wire_.world().stats.count("responses");
  count_open_calls();
  auto reply = make_reply(params);
  if (reply.is_ignored) return wire_.note("injected_faults", "response.create ignored");
  const auto start_delay = reply.start_delay;
  auto frame = make_frame(params);
  auto body = make_body(params, frame);
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
    // A client of LiveKit's knows this error by how its message begins (dossier section 17, 14).
    return wire_.refuse(
        {"response_cancel_not_active", "Cancellation failed: no active response found"}, &event);
  }
  target->cancel("client_cancelled");
  release(target);
  run(target);
}

void Responder::interrupt() {
  if (!active_) return;
  auto target = active_;
  target->cancel("turn_detected");
  release(target);
  run(target);
}

}  // namespace callosum::sim::openai
