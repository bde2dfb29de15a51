#include "sim/gemini/speaker.hpp"

#include "base/json.hpp"

namespace callosum::sim::gemini {

Speaker::Speaker(Wire& wire, State& state, Timeline& timeline)
    : wire_(wire), state_(state), timeline_(timeline), rules_(wire.world().script) {}

void Speaker::take_user_turn(std::string text) {
  Entry entry{Who::user, std::move(text), {}, {}};
  if (active_) {
    held_.push_back(std::move(entry));
    has_more_to_say_ = true;
    return;
  }
  state_.history().add(std::move(entry));
  begin();
}

Reply Speaker::make_reply() {
  auto turn = make_turn(state_.history(), state_.functions);
  turn.nth = count_;
  turn.connection = wire_.number();
  auto reply = rules_.reply_to({turn, state_.history(), state_.instructions});
  if (reply.delay.count() == 0) reply.delay = wire_.script().delay;
  return reply;
}

bool Speaker::is_too_large() {
  const auto tokens = prompt_tokens(state_);
  if (state_.settings.compresses || tokens <= wire_.script().context_tokens) return false;
  wire_.note("full_contexts", std::to_string(tokens));
  wire_.end({.manner = Manner::close,
             .code = 1007,
             .reason = "The input token count exceeds the maximum number of tokens allowed."});
  return true;
}

void Speaker::begin() {
  if (wire_.is_ending() || is_too_large()) return;
  ++count_;
  wire_.world().stats.count("turns");
  auto reply = make_reply();
  if (reply.is_ignored) return wire_.note("injected_faults", "a turn without answer");
  const auto start_delay = reply.start_delay;
  active_ = std::make_shared<Generation>(wire_, state_, timeline_, std::move(reply));
  tell_resumable();
  if (start_delay.count() == 0) return run(active_);
  timeline_.after(start_delay, [this, next = active_] { run(next); });
}

void Speaker::run(const std::shared_ptr<Generation>& generation) {
  if (generation->is_stopped()) return;
  const bool was_done = generation->is_done();
  const auto wait = generation->advance();
  if (const auto after = generation->take_cancel_after()) cancel_later(generation, *after);
  if (wait) timeline_.after(*wait, [this, generation] { run(generation); });
  if (generation->is_waiting() && !state_.calls.has_open(true)) return go_on_behind_calls();
  if (generation->is_done() && !was_done) end_turn(generation);
}

void Speaker::end_turn(const std::shared_ptr<Generation>& generation) {
  if (active_ != generation) return;
  active_.reset();
  add(std::exchange(held_, {}));
  if (std::exchange(has_more_to_say_, false)) return begin();
  tell_resumable();
}

void Speaker::cancel_later(const std::shared_ptr<Generation>& generation, Ms after) {
  timeline_.after(after, [this, generation] {
    generation->cancel_calls(true);
    if (generation->is_waiting() && active_ == generation) return run(generation);
    tell_resumable();
  });
}

void Speaker::stop_for_user() { interrupt(true); }

void Speaker::interrupt(bool cancels_calls) {
  if (!active_) return;
  const auto generation = std::exchange(active_, nullptr);
  generation->stop();
  wire_.note("interruptions");
  const bool is_last = wire_.script().cancels_last;
  if (cancels_calls && !is_last) generation->cancel_calls(false);
  send_interruption(*generation);
  if (cancels_calls && is_last) generation->cancel_calls(false);
  tell_resumable();
}

void Speaker::send_interruption(const Generation& generation) {
  const auto& late = wire_.script().late_interrupted;
  auto end = generation.interrupted_end();
  end["usageMetadata"] = generation.usage().at("usageMetadata");
  if (!late) wire_.send(server_content("interrupted", true));
  wire_.send(end);
  if (!late) return;
  timeline_.after(*late, [this] { wire_.send(server_content("interrupted", true)); });
}

void Speaker::tell_resumable() {
  if (!state_.settings.wants_handles || !wire_.script().gives_handles) return;
  const bool is_resumable = !active_ && !state_.calls.has_open();
  if (!is_resumable) {
    if (is_resumable_) wire_.send({{"sessionResumptionUpdate", json::object()}});
    is_resumable_ = false;
    return;
  }
  is_resumable_ = true;
  const auto handle = wire_.world().make_id("handle-");
  wire_.world().handles.add(handle, state_.session);
  json::object update{{"newHandle", handle}, {"resumable", true}};
  if (state_.settings.is_transparent) {
    // The setup is number 0.
    update["lastConsumedClientMessageIndex"] = std::to_string(wire_.received_messages() - 1);
  }
  wire_.send({{"sessionResumptionUpdate", std::move(update)}});
}

}  // namespace callosum::sim::gemini
