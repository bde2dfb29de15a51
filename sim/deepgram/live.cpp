#include "sim/deepgram/live.hpp"

#include <boost/json/array.hpp>

#include "base/json.hpp"

namespace callosum::sim::deepgram {
namespace {

constexpr std::chrono::seconds kSilentLine{10};
constexpr Ms kEmptyEvery{3000};
/// Where nothing else ends an utterance, this pause does.
constexpr Ms kLongPause{1000};

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

LiveListener::LiveListener(ServiceLine& line, std::shared_ptr<const Script> script,
                           ListenQuery query)
    : line_(line),
      script_(std::move(script)),
      query_(query),
      ear_(*script_, query.format, line.number()),
      cuts_(script_, line.number()),
      request_id_(line.world().make_uuid()),
      heard_of_(line.world().time.now()) {}

void LiveListener::keep_alive() {
  line_.after(kSilentLine, [this] {
    if (line_.world().time.now() - heard_of_ < kSilentLine) return keep_alive();
    line_.note("timed_out");
    line_.close(1011,
                "Deepgram did not receive audio data or a text message within the timeout "
                "window. See https://dpgr.am/net0001");
  });
}

void LiveListener::on_text(std::string_view frame) {
  const auto parsed = parse_strict(frame);
  const auto* event = parsed ? parsed->if_object() : nullptr;
  const auto type = event ? text_at(*event, "type") : "";
  if (event) line_.log_in(*event);
  if (type == "KeepAlive") {
    line_.note("keep_alives");
    heard_of_ = line_.world().time.now();
  } else if (type == "Finalize") {
    line_.note("finalizes");
    end_speech(true);
  } else if (type == "CloseStream") {
    finish();
  } else {
    line_.note("refused_events", frame.substr(0, 100));
    line_.close(1008, "DATA-0000: unknown message");
  }
}

void LiveListener::on_binary(std::string_view bytes) {
  if (has_finished_) return;
  if (bytes.empty()) return finish();
  heard_of_ = line_.world().time.now();
  line_.world().records.count("audio_bytes_in", bytes.size());
  ear_.push(bytes_of(bytes));
  while (const auto event = ear_.next()) {
    hear(*event);
    const auto nth = ear_.is_speaking() ? ear_.heard().nth : 0;
    const auto into = ear_.is_speaking() ? ear_.now() - ear_.heard().begin : Ms(0);
    const auto* cut = cuts_.due(ear_.now(), nth, into);
    if (!cut) continue;
    line_.note("cuts");
    return line_.end(cut->how);
  }
}

void LiveListener::hear(EarEvent event) {
  switch (event) {
    case EarEvent::begun:
      return begin_speech();
    case EarEvent::voice:
      return hear_voice();
    case EarEvent::pause:
      return hear_pause();
    case EarEvent::nothing:
      return hear_nothing();
  }
}

void LiveListener::begin_speech() {
  line_.note("utterances");
  given_.clear();
  partial_at_ = ear_.now() + script_->partial_every;
  owes_utterance_end_ = false;
  if (!query_.has_vad_events) return;
  const auto at = seconds(ear_.heard().begin);
  line_.after(script_->delay, [this, at] {
    line_.send({{"type", "SpeechStarted"}, {"channel", {0, 1}}, {"timestamp", at}});
  });
}

void LiveListener::hear_voice() {
  if (ear_.now() < partial_at_) return;
  partial_at_ = ear_.now() + script_->partial_every;
  give_words(false);
}

void LiveListener::hear_pause() {
  if (ear_.is_inside_recording()) return hear_voice();
  const auto& heard = ear_.heard();
  const bool has_no_end = !query_.ends_speech || (heard.known && heard.known->has_no_end);
  const auto wait = has_no_end ? kLongPause : std::max(query_.endpointing, script_->shortest_pause);
  if (ear_.silence() >= wait) end_speech(false);
}

void LiveListener::hear_nothing() {
  if (owes_utterance_end_ && ear_.now() - last_word_end_ >= query_.utterance_end) {
    owes_utterance_end_ = false;
    const auto at = seconds(last_word_end_);
    line_.after(script_->delay, [this, at] {
      line_.send({{"type", "UtteranceEnd"}, {"channel", {0, 1}}, {"last_word_end", at}});
    });
  }
  if (!script_->has_empty_results || ear_.now() - final_until_ < kEmptyEvery) return;
  send({.text = "", .from = final_until_, .to = ear_.now(), .confidence = 0, .is_final = true});
  final_until_ = ear_.now();
}

/// The words that no final result has had yet.
std::string LiveListener::new_words(bool is_over) {
  auto words = ear_.heard().words_at(ear_.now(), is_over, *script_);
  if (given_.empty() || !words.starts_with(given_)) return words;
  words.erase(0, std::min(given_.size() + 1, words.size()));
  return words;
}

void LiveListener::give_words(bool is_over) {
  const auto words = new_words(is_over);
  const auto count = words_of(words, 0, Ms(0), Ms(0)).size();
  const bool is_final = script_->final_words > 0 && count >= script_->final_words;
  if (words.empty() || (!is_final && !query_.has_interim)) return;
  const auto& heard = ear_.heard();
  const auto from = std::max(heard.begin, final_until_);
  send({.text = words,
        .from = from,
        .to = ear_.now(),
        .confidence = heard.known ? heard.known->confidence : 0.98,
        .is_final = is_final,
        .nth = heard.nth});
  if (!is_final) return;
  given_ += (given_.empty() ? "" : " ") + words;
  final_until_ = ear_.now();
}

void LiveListener::end_speech(bool is_flushed) {
  if (!ear_.is_speaking()) {
    if (!is_flushed) return;
    send(
        {.text = "", .from = final_until_, .to = ear_.now(), .is_final = true, .is_flushed = true});
    final_until_ = ear_.now();
    return;
  }
  const auto& heard = ear_.heard();
  const bool is_over = !ear_.is_inside_recording() && ear_.silence() > Ms(0);
  const bool has_no_end = !query_.ends_speech || (heard.known && heard.known->has_no_end);
  send({.text = new_words(is_over || !is_flushed),
        .from = std::max(heard.begin, final_until_),
        .to = ear_.now(),
        .confidence = heard.known ? heard.known->confidence : 0.98,
        .is_final = true,
        .ends_speech = !is_flushed && !has_no_end,
        .is_flushed = is_flushed,
        .nth = heard.nth,
        .delay = heard.known ? heard.known->delay : Ms(0)});
  last_word_end_ = heard.voiced_until;
  owes_utterance_end_ = query_.utterance_end.count() > 0;
  final_until_ = ear_.now();
  ear_.end_utterance();
}

void LiveListener::send(const Result& result) {
  json::object alternative{
      {"transcript", result.text},
      {"confidence", result.text.empty() ? 0.0 : result.confidence},
      {"words", words_of(result.text, result.confidence, result.from, result.to)}};
  json::object event{
      {"type", "Results"},
      {"channel_index", {0, 1}},
      {"duration", seconds(result.to - result.from)},
      {"start", seconds(result.from)},
      {"is_final", result.is_final},
      {"speech_final", result.ends_speech},
      {"channel", {{"alternatives", json::array{std::move(alternative)}}}},
      {"metadata",
       {{"request_id", request_id_},
        {"model_info",
         {{"name", "general-nova-3"}, {"version", "2026-01-01.0"}, {"arch", "nova-3"}}},
        {"model_uuid", "00000000-0000-4000-8000-000000000003"}}},
      {"from_finalize", result.is_flushed}};
  if (result.ends_speech) line_.note("speech_finals", result.text);
  line_.after(script_->delay + result.delay,
              [this, event = std::move(event)] { line_.send(event); });
}

void LiveListener::finish() {
  if (has_finished_) return;
  has_finished_ = true;
  if (ear_.is_speaking()) end_speech(true);
  const json::object metadata{{"type", "Metadata"},
                              {"transaction_key", "deprecated"},
                              {"request_id", request_id_},
                              {"sha256", std::string(64, '0')},
                              {"created", "2026-01-01T00:00:00.000Z"},
                              {"duration", seconds(ear_.now())},
                              {"channels", 1}};
  line_.after(script_->delay, [this, metadata] {
    line_.send(metadata);
    line_.close(1000, "");
  });
}

}  // namespace callosum::sim::deepgram
