#include "session/utterances.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::session {
namespace {

constexpr std::size_t kMostSpeakers = 8;
constexpr std::size_t kLongestName = 40;
constexpr std::size_t kLongestText = 4000;
constexpr std::string_view kInaudible = "(inaudible)";

const json::object* input_of(const json::object& session) {
  const auto* audio = find_object(session, "audio");
  return audio ? find_object(*audio, "input") : nullptr;
}

bool is_set(const json::object& detection, std::string_view key) {
  const auto* value = detection.if_contains(key);
  return !value || !value->is_bool() || value->get_bool();
}

/// A label is read by a model: it must not pass for anything else.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName &&
         name.find_first_of("[]\"\\") == std::string_view::npos && trim(name) == name &&
         make_visible(name) == name;
}

std::string clean(std::string_view text) {
  std::string words(trim(cut_utf8(text, kLongestText)));
  std::replace(words.begin(), words.end(), '[', '(');  // nobody speaks another's label
  std::replace(words.begin(), words.end(), ']', ')');
  return words;
}

}  // namespace

InputSettings read_input_settings(const json::object& session) {
  InputSettings out;
  const auto* input = input_of(session);
  if (!input) return out;
  if (const auto* format = find_object(*input, "format")) {
    out.format = text_at(*format, "type", "audio/pcm");
  }
  const auto* detection = input->if_contains("turn_detection");
  if (detection && detection->is_null()) out.detects_turns = false;
  if (detection && detection->is_object()) {
    out.creates_response = is_set(detection->get_object(), "create_response");
    out.interrupts = is_set(detection->get_object(), "interrupt_response");
  }
  return out;
}

std::string SpokenUtterance::labelled() const {
  return "[" + speaker + "] " + (text.empty() ? std::string(kInaudible) : text);
}

Utterances::Utterances(realtime::MakeEars make_ears, std::string speaker, UtteranceSink& sink)
    : make_ears_(std::move(make_ears)),
      first_speaker_(is_name(speaker) ? std::move(speaker) : "Caller"),
      sink_(sink) {}

void Utterances::open(boost::asio::any_io_executor executor, std::function<void()> on_news) {
  executor_ = std::move(executor);
  on_news_ = std::move(on_news);
}

void Utterances::set(InputSettings settings) {
  settings_ = std::move(settings);
  for (auto& [name, speaker] : speakers_) {
    speaker.ears->detect_turns(settings_.detects_turns);
    look(speaker);
  }
}

Result<Utterances::Speaker*> Utterances::find_speaker(const json::object& event) {
  const auto* given = event.if_contains("speaker");
  const bool is_given = given && !given->is_null();
  const std::string name(is_given ? text_at(event, "speaker") : first_speaker_);
  if (is_given && !is_name(name)) {
    return fail(ErrorType::validation,
                "The speaker must be a name of at most 40 bytes without brackets and quotes.",
                "speaker");
  }
  if (const auto at = speakers_.find(name); at != speakers_.end()) return &at->second;
  if (speakers_.size() >= kMostSpeakers) {
    return fail(ErrorType::validation, "A session has at most 8 speakers.", "speaker");
  }
  auto ears = make_ears_(executor_, on_news_);
  if (!ears) return ears.error();
  (*ears)->detect_turns(settings_.detects_turns);
  auto& speaker = speakers_[name];
  speaker.name = name;
  speaker.ears = std::move(*ears);
  return &speaker;
}

Result<void> Utterances::append(const json::object& event) {
  const auto* audio = find_string(event, "audio");
  if (!audio) {
    return fail(ErrorType::validation, "Missing required parameter: 'audio'.", "audio");
  }
  auto speaker = find_speaker(event);
  if (!speaker) return speaker.error();
  auto fed = (*speaker)->ears->feed(*audio, settings_.format);
  look(**speaker);
  if (!fed) return fail(ErrorType::validation, fed.error().message, "audio");
  return {};
}

Result<void> Utterances::commit(const json::object& event) {
  auto found = find_speaker(event);
  if (!found) return found.error();
  auto& speaker = **found;
  const bool was_speaking = !speaker.item_id.empty();
  if (!speaker.ears->commit()) {
    return fail(ErrorType::validation,
                "Error committing input audio buffer: the buffer is too small.", "");
  }
  if (!was_speaking) {
    speaker.ended.push_back({sink_.committed_by_hand(), speaker.name, "", true, true});
  }
  look(speaker);
  return {};
}

Result<void> Utterances::clear(const json::object& event) {
  auto speaker = find_speaker(event);
  if (!speaker) return speaker.error();
  (*speaker)->ears->clear();
  return {};
}

void Utterances::look() {
  for (auto& [name, speaker] : speakers_) look(speaker);
}

void Utterances::look(Speaker& speaker) {
  using Kind = realtime::HeardEvent::Kind;
  while (const auto heard = speaker.ears->take()) {
    switch (heard->kind) {
      case Kind::started:
        speaker.item_id = sink_.speech_started(heard->at_ms);
        break;
      case Kind::stopped:
        speaker.ended.push_back(
            {speaker.item_id, speaker.name, "", true, !settings_.detects_turns});
        sink_.speech_stopped(heard->at_ms, speaker.item_id);
        speaker.item_id.clear();
        break;
      case Kind::partial:
        guess(speaker, *heard);
        break;
      case Kind::lost:
        if (!end_) end_ = fail(heard->why, "the ears were lost", heard->text);
        break;
      case Kind::words:
      case Kind::failed:
        if (speaker.ended.empty()) break;
        auto utterance = std::move(speaker.ended.front());
        speaker.ended.pop_front();
        if (heard->kind == Kind::words) utterance.text = clean(heard->text);
        utterance.is_sure = heard->is_sure;
        if (!utterance.text.empty()) utterance.confidence = heard->confidence;
        sink_.understood(utterance);
        break;
    }
  }
}

void Utterances::guess(const Speaker& speaker, const realtime::HeardEvent& heard) {
  SpokenUtterance utterance{speaker.item_id, speaker.name, clean(heard.text), true,
                            !settings_.detects_turns};
  sink_.seems(utterance, heard.is_stable);
}

bool Utterances::is_understanding() const {
  return std::any_of(speakers_.begin(), speakers_.end(),
                     [](const auto& entry) { return !entry.second.ended.empty(); });
}

}  // namespace callosum::session
