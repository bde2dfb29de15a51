#include "sim/deepgram/flux.hpp"

#include <boost/json/array.hpp>

#include "base/json.hpp"

namespace callosum::sim::deepgram {
namespace {

/// A number of `thresholds`; false where it is none or out of its range.
bool read_threshold(const json::object& from, const char* key, double least, double most,
                    double& into) {
  const auto* value = from.if_contains(key);
  if (!value) return true;
  if (!value->is_number()) return false;
  const auto number = value->to_number<double>();
  if (number < least || number > most) return false;
  into = number;
  return true;
}

}  // namespace

FluxListener::FluxListener(ServiceLine& line, std::shared_ptr<const Script> script,
                           ListenQuery query)
    : line_(line),
      script_(std::move(script)),
      query_(query),
      ear_(*script_, query.format, line.number()),
      cuts_(script_, line.number()),
      request_id_(line.world().make_uuid()) {}

void FluxListener::begin() { send({{"type", "Connected"}}); }

void FluxListener::send(json::object event) {
  event["request_id"] = request_id_;
  line_.after(script_->delay, [this, event = std::move(event)]() mutable {
    event["sequence_id"] = sequence_++;
    line_.send(event);
  });
}

void FluxListener::on_text(std::string_view frame) {
  const auto parsed = parse_strict(frame);
  const auto* event = parsed ? parsed->if_object() : nullptr;
  const auto type = event ? text_at(*event, "type") : "";
  if (event) line_.log_in(*event);
  if (type == "Configure") return configure(*event);
  if (type == "CloseStream") {
    line_.after(script_->delay, [this] { line_.close(1000, ""); });
    return;
  }
  if (type == "ForceEndTurn" && script_->knows_force_end) {
    line_.note("forced_ends");
    if (ear_.is_speaking()) end_turn("manual");
    return;
  }
  line_.note("refused_events", frame.substr(0, 100));
  fail_with("UNPARSABLE_CLIENT_MESSAGE", "the message could not be read");
}

void FluxListener::fail_with(std::string_view code, std::string_view description) {
  send({{"type", "Error"}, {"code", code}, {"description", description}});
  line_.after(script_->delay, [this] { line_.close(1008, "error"); });
}

void FluxListener::configure(const json::object& event) {
  line_.note("configures");
  auto changed = query_;
  const auto* thresholds = find_object(event, "thresholds");
  double timeout = static_cast<double>(query_.eot_timeout.count());
  const bool is_good =
      !thresholds ||
      (read_threshold(*thresholds, "eot_threshold", 0.5, 1, changed.eot_threshold) &&
       read_threshold(*thresholds, "eager_eot_threshold", 0.3, 0.9, changed.eager_threshold) &&
       read_threshold(*thresholds, "eot_timeout_ms", 500, 60000, timeout));
  if (!is_good) return send({{"type", "ConfigureFailure"}});
  changed.eot_timeout = Ms(static_cast<std::int64_t>(timeout));
  query_ = changed;
  const auto* keyterms = find_array(event, "keyterms");
  if (keyterms) keyterms_ = *keyterms;
  json::object now{{"eot_threshold", query_.eot_threshold},
                   {"eot_timeout_ms", query_.eot_timeout.count()}};
  if (query_.eager_threshold > 0) now["eager_eot_threshold"] = query_.eager_threshold;
  send({{"type", "ConfigureSuccess"}, {"thresholds", std::move(now)}, {"keyterms", keyterms_}});
}

void FluxListener::on_binary(std::string_view bytes) {
  line_.world().records.count("audio_bytes_in", bytes.size());
  ear_.push({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  while (const auto event = ear_.next()) {
    hear(*event);
    const auto nth = ear_.is_speaking() ? ear_.heard().nth : 0;
    const auto into = ear_.is_speaking() ? ear_.now() - ear_.heard().begin : Ms(0);
    const auto* cut = cuts_.due(ear_.now(), nth, into);
    if (!cut) continue;
    line_.note("cuts");
    if (!cut->error.empty()) {
      line_.send({{"type", "Error"},
                  {"request_id", request_id_},
                  {"sequence_id", sequence_++},
                  {"code", cut->error},
                  {"description", "the simulator was told to"}});
    }
    return line_.end(cut->how);
  }
}

void FluxListener::hear(EarEvent event) {
  if (event == EarEvent::nothing) return;
  if (event == EarEvent::begun) {
    line_.note("utterances");
    was_early_ = false;
    update_at_ = ear_.now() + script_->partial_every;
    return tell("StartOfTurn", words(false));
  }
  if (event == EarEvent::voice && !early_text_.empty() && !was_early_) take_back();
  if (event == EarEvent::pause && !ear_.is_inside_recording()) return hear_pause();
  if (!early_text_.empty() || ear_.now() < update_at_) return;
  update_at_ = ear_.now() + script_->partial_every;
  tell("Update", words(false));
}

std::string FluxListener::words(bool is_over) const {
  return ear_.heard().words_at(ear_.now(), is_over, *script_);
}

/// Surer takes longer; 1.0 never ends a turn by itself.
Ms FluxListener::end_wait() const {
  if (query_.eot_threshold >= 1) return query_.eot_timeout;
  const auto surer = (query_.eot_threshold - 0.7) * static_cast<double>(script_->end.count());
  return script_->end + Ms(static_cast<std::int64_t>(surer));
}

void FluxListener::hear_pause() {
  const auto* known = ear_.heard().known;
  const bool is_late_known = known && known->has_no_end;
  const auto silence = ear_.silence() - (known ? known->delay : Ms(0));
  if (ear_.silence() >= query_.eot_timeout) return end_turn("timeout");
  const bool is_taken_back = known && !known->early_text.empty();
  if (was_early_ && !early_text_.empty() && ear_.now() - early_at_ >= known->taken_back_after) {
    take_back();
  }
  const bool may_be_early =
      query_.eager_threshold > 0 && early_text_.empty() && !(is_taken_back && was_early_);
  if (may_be_early && silence >= script_->eager) end_early();
  const auto wait = end_wait() + (is_taken_back ? known->taken_back_after : Ms(0));
  const bool has_end = query_.eot_threshold < 1 && !is_late_known;
  if (has_end && silence >= wait) end_turn("model");
}

void FluxListener::end_early() {
  const auto* known = ear_.heard().known;
  was_early_ = known && !known->early_text.empty();
  early_text_ = was_early_ ? known->early_text : words(true);
  if (early_text_.empty()) return;
  early_at_ = ear_.now();
  tell("EagerEndOfTurn", early_text_);
}

void FluxListener::take_back() {
  early_text_.clear();
  tell("TurnResumed", words(false));
}

void FluxListener::end_turn(std::string_view trigger) {
  const auto text = words(true);
  if (!early_text_.empty() && early_text_ != text) take_back();
  tell("EndOfTurn", text, trigger);
  line_.note("turns", text);
  early_text_.clear();
  ear_.end_utterance();
  ++turn_;
  window_start_ = ear_.now();
}

void FluxListener::tell(std::string_view event, const std::string& text, std::string_view trigger) {
  const auto* known = ear_.heard().known;
  const auto confidence = known ? known->confidence : 0.98;
  const bool is_end = event == "EndOfTurn";
  json::object out{{"type", "TurnInfo"},
                   {"event", event},
                   {"turn_index", turn_},
                   {"audio_window_start", seconds(window_start_)},
                   {"audio_window_end", seconds(ear_.now())},
                   {"transcript", text},
                   {"words", words_of(text, confidence, ear_.heard().begin, ear_.now())},
                   {"end_of_turn_confidence", is_end                      ? 0.9
                                              : event == "EagerEndOfTurn" ? 0.6
                                                                          : 0.1}};
  if (!trigger.empty()) out["trigger"] = trigger;
  send(std::move(out));
}

}  // namespace callosum::sim::deepgram
