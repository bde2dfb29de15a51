#include "sim/gemini/generation.hpp"

#include <boost/json/array.hpp>

#include "base/json.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::int64_t kMsPerToken = 40;  // of sound
constexpr std::size_t kBasicPrompt = 60;

json::array token_details(std::size_t text, std::size_t sound) {
  json::array out;
  if (text > 0) out.push_back({{"modality", "TEXT"}, {"tokenCount", text}});
  if (sound > 0) out.push_back({{"modality", "AUDIO"}, {"tokenCount", sound}});
  return out;
}

std::size_t text_tokens(const State& state) {
  return kBasicPrompt + (state.history().text_bytes() + state.instructions.size()) / 4;
}

std::size_t sound_tokens(Ms sound) { return static_cast<std::size_t>(sound.count() / kMsPerToken); }

}  // namespace

std::size_t prompt_tokens(const State& state) {
  return text_tokens(state) + sound_tokens(state.heard);
}

void say_go_away(Wire& wire, Timeline& timeline, Ms time_left, Disconnect disconnect) {
  wire.note("go_aways", duration(time_left));
  wire.send({{"goAway", {{"timeLeft", duration(time_left)}}}});
  timeline.after(time_left, [&wire, how = std::move(disconnect)] { wire.end(how); });
}

Generation::Generation(Wire& wire, State& state, Timeline& timeline, Reply reply)
    : wire_(wire), state_(state), timeline_(timeline), reply_(std::move(reply)) {
  add_steps();
}

void Generation::add_steps() {
  const Frame frame{state_, wire_.script(), [world = &wire_.world()](std::string_view prefix) {
                      return world->make_id(prefix);
                    }};
  if (!reply_.faults.empty()) wire_.note("injected_faults");
  steps_ = compose(reply_, frame);
  next_ = 0;
  has_waited_ = false;
}

std::optional<Ms> Generation::advance() {
  while (next_ < steps_.size() && !is_waiting_ && !is_silent_ && !wire_.is_ending()) {
    auto& step = steps_[next_];
    if (step.delay.count() > 0 && !has_waited_) {
      has_waited_ = true;
      return step.delay;
    }
    has_waited_ = false;
    ++next_;
    perform(step);
  }
  return {};
}

void Generation::perform(Step& step) {
  switch (step.kind) {
    case Step::Kind::message:
      return send(step);
    case Step::Kind::calls:
      return open_calls(std::move(step.message));
    case Step::Kind::wait:
      is_waiting_ = true;
      return;
    case Step::Kind::finish:
      return finish(step);
    case Step::Kind::silence:
      is_silent_ = true;
      return;
    case Step::Kind::disconnect:
      return wire_.end(step.disconnect);
    case Step::Kind::go_away:
      return go_away(step);
    case Step::Kind::cancel:
      return cancel_calls(true);
  }
}

void Generation::send(Step& step) {
  spoken_ += step.spoken;
  words_ += step.spoken.empty() ? 0 : 1;
  sound_ += step.sound;
  wire_.world().stats.count("audio_ms_out", static_cast<std::uint64_t>(step.sound.count()));
  wire_.send(step.message);
}

void Generation::open_calls(json::object message) {
  remember();
  for (auto& value : message.at("toolCall").as_object().at("functionCalls").as_array()) {
    auto& call = value.as_object();
    const std::string id(text_at(call, "id"));
    const std::string name(text_at(call, "name"));
    const bool is_blocking = state_.is_blocking(name);
    const bool is_new = !state_.calls.find(id);
    state_.calls.open(id, name, is_blocking);
    if (is_new) {
      const auto* args = call.if_contains("args");
      state_.history().add({Who::call, {}, id, name});
      wire_.note("tool_calls", id);
      wire_.world().stats.record_call(
          id, {{"name", name}, {"args", args ? *args : json::object()}, {"blocking", is_blocking}});
    }
    if (!wire_.script().has_call_ids) call.erase("id");
  }
  has_calls_to_cancel_ = reply_.cancel_after.has_value();
  wire_.send(message);
}

std::optional<Ms> Generation::take_cancel_after() {
  if (!std::exchange(has_calls_to_cancel_, false)) return {};
  return reply_.cancel_after;
}

void Generation::cancel_calls(bool with_non_blocking) {
  const auto ids = state_.calls.cancel(with_non_blocking);
  if (ids.empty()) return;
  wire_.world().stats.count("cancelled_calls", ids.size());
  wire_.send(tool_call_cancellation(ids));
}

json::object Generation::interrupted_end() const {
  auto message = server_content("turnComplete", true);
  auto& content = message.at("serverContent").as_object();
  if (state_.model.interaction_status) {
    content["interactionStatus"] = state_.calls.has_open() ? "IN_PROGRESS" : "IDLE";
  }
  return message;
}

void Generation::finish(Step& step) {
  remember();
  auto& content = step.message.at("serverContent").as_object();
  if (state_.model.interaction_status) {
    content["interactionStatus"] = state_.calls.has_open() ? "IN_PROGRESS" : "IDLE";
  }
  is_done_ = true;
  if (wire_.script().has_usage_apart) {
    wire_.send(step.message);
    return wire_.send(usage());
  }
  step.message["usageMetadata"] = usage().at("usageMetadata");
  wire_.send(step.message);
}

void Generation::go_away(const Step& step) {
  say_go_away(wire_, timeline_, step.time_left, step.disconnect);
}

void Generation::go_on() { is_waiting_ = false; }

void Generation::go_on_with(Reply reply) {
  is_waiting_ = false;
  reply_ = std::move(reply);
  add_steps();
}

void Generation::stop() {
  is_stopped_ = true;
  steps_.clear();
  next_ = 0;
  remember();
}

void Generation::remember() {
  if (!spoken_.empty()) state_.history().add({Who::model, std::exchange(spoken_, {}), {}, {}});
}

json::object Generation::usage() const {
  const auto text = text_tokens(state_);
  const auto heard = sound_tokens(state_.heard);
  const auto spoken = sound_tokens(sound_);
  const auto written = state_.settings.is_audio ? 0 : words_;
  const bool is_vertex = state_.api.is_vertex();
  json::object counts{{"promptTokenCount", text + heard}};
  if (spoken + written > 0) {
    counts[is_vertex ? "candidatesTokenCount" : "responseTokenCount"] = spoken + written;
  }
  if (!reply_.thought.empty()) counts["thoughtsTokenCount"] = reply_.thought.size() / 4 + 1;
  counts["totalTokenCount"] = text + heard + spoken + written;
  counts["promptTokensDetails"] = token_details(text, heard);
  if (spoken + written > 0) {
    counts[is_vertex ? "candidatesTokensDetails" : "responseTokensDetails"] =
        token_details(written, spoken);
  }
  return {{"usageMetadata", std::move(counts)}};
}

}  // namespace callosum::sim::gemini
