#include "provider/deepgram/live_wire.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace callosum::provider::deepgram {
namespace {

constexpr std::size_t kMostWords = 16 * 1024;
constexpr std::int64_t kLeastSpeech_ms = 1000;  // before a span without words says anything
constexpr std::int64_t kUsualSilence_ms = 300;  // protocols §2.1: usual for agents

bool is_set(const json::object& message, std::string_view key) {
  const auto* value = message.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

const json::object* best_of(const json::object& message) {
  const auto* channel = find_object(message, "channel");
  const auto* all = channel ? find_array(*channel, "alternatives") : nullptr;
  return all && !all->empty() ? all->front().if_object() : nullptr;
}

double seconds_at(const json::object& message, std::string_view key) {
  const auto* value = message.if_contains(key);
  return value && value->is_number() ? value->to_number<double>() : 0;
}

/// Of one that says nothing of itself: what its whole span says.
void add_confidence(realtime::Confidence& into, const json::object& word,
                    const json::object& span) {
  const auto* said = word.if_contains("confidence");
  if (!said) said = span.if_contains("confidence");
  if (said && said->is_number()) into.add(said->to_number<double>());
}

/// Where words are not told one by one.
void add_of_all(std::string_view text, const json::object& span, realtime::Confidence& into) {
  const auto* said = span.if_contains("confidence");
  if (text.empty() || !said || !said->is_number()) return;
  into.add(said->to_number<double>(), std::count(text.begin(), text.end(), ' ') + 1);
}

}  // namespace

net::WsConnectOptions LiveWire::where(std::string_view format) const {
  auto connect = at("/v1/listen", format);
  auto& url = connect.url;
  const auto silence = options_.turn_ms > 0 ? options_.turn_ms : kUsualSilence_ms;
  url += "&interim_results=true&vad_events=true&smart_format=true&utterance_end_ms=1000";
  url = cloud::with_parameter(url, "endpointing", std::to_string(silence));
  if (!options_.language.empty()) url = cloud::with_parameter(url, "language", options_.language);
  const bool takes_keyterms = options_.service.model.starts_with("nova-3");
  for (const auto& term : options_.keyterms) {
    url = cloud::with_parameter(url, takes_keyterms ? "keyterm" : "keywords", term);
  }
  return connect;
}

Result<void> LiveWire::take(const json::object& message) {
  const auto type = text_at(message, "type");
  if (type == "Results") take_results(message);
  if (type == "SpeechStarted") begin_speech(ms_at(message, "timestamp"));
  if (type == "UtteranceEnd") end_by_silence(message);
  return {};
}

/// The second trigger, where noise keeps the first from coming; behind that it says nothing new.
void LiveWire::end_by_silence(const json::object& message) {
  if (finals_.text.empty() && interim_.text.empty()) return;
  if (!interim_.text.empty()) {  // which comes once more when its span is final
    const auto last_s = seconds_at(message, "last_word_end");  // -1 at times (protocols §2.1)
    told_until_s_ = last_s > 0 ? last_s : interim_end_s_;
  }
  end(ms_at(message, "last_word_end"));
}

/// What a span says behind the words of it that have been told.
ListenWire::Words LiveWire::untold_words(const json::object& message) const {
  Words out;
  const auto* best = best_of(message);
  if (!best) return out;
  const bool is_new = seconds_at(message, "start") >= told_until_s_;
  if (is_new) out.text = text_at(*best, "transcript");
  const auto* words = find_array(*best, "words");
  for (const auto& entry : words ? *words : json::array{}) {
    const auto* word = entry.if_object();
    if (!word || (!is_new && seconds_at(*word, "start") < told_until_s_)) continue;
    add_confidence(out.confidence, *word, *best);
    if (is_new) continue;
    if (!out.text.empty()) out.text += ' ';
    out.text += text_at(*word, "punctuated_word", text_at(*word, "word"));
  }
  if (!words) add_of_all(out.text, *best, out.confidence);
  return out;
}

void LiveWire::begin_speech(std::int64_t at_ms) {
  if (!turns_.in_speech()) began_at_ms_ = at_ms;
  turns_.began(at_ms);
}

void LiveWire::take_results(const json::object& message) {
  const auto words = untold_words(message);
  const bool is_final = is_set(message, "is_final");
  interim_ = is_final ? Words() : words;
  interim_end_s_ = seconds_at(message, "start") + seconds_at(message, "duration");
  const json::object span{{"start", std::max(seconds_at(message, "start"), told_until_s_)},
                          {"end", interim_end_s_}};
  if (!words.text.empty()) begin_speech(ms_at(span, "start"));
  const auto end_ms = ms_at(span, "end");
  if (is_final) {
    keep_final(words);
    acknowledge(end_ms);
  }
  turns_.partial(words_so_far().text, false);
  const bool is_flushed = is_set(message, "from_finalize") && turns_.is_owed();
  // Somebody coughed: what was begun ends without a word.
  const bool is_empty = is_final && finals_.text.empty() && turns_.in_speech() &&
                        end_ms - began_at_ms_ >= kLeastSpeech_ms;
  if (is_set(message, "speech_final") || is_flushed || is_empty) end(end_ms);
}

void LiveWire::keep_final(const Words& words) {
  if (words.text.empty() || finals_.text.size() + words.text.size() >= kMostWords) return;
  finals_.text += (finals_.text.empty() ? "" : " ") + words.text;
  finals_.confidence.add(words.confidence);
}

ListenWire::Words LiveWire::words_so_far() const {
  auto out = finals_;
  if (!out.text.empty() && !interim_.text.empty()) out.text += ' ';
  out.text += interim_.text;
  out.confidence.add(interim_.confidence);
  return out;
}

void LiveWire::forget_words() {
  finals_ = {};
  interim_ = {};
}

void LiveWire::end(std::int64_t at_ms) {
  const auto words = words_so_far();
  forget_words();
  turns_.ended(at_ms, words.text, words.confidence);
}

}  // namespace callosum::provider::deepgram
