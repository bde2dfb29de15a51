// What the model's messages come to (protocols: Gemini Live §3).
#include <algorithm>
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "base/json.hpp"
#include "provider/gemini/usage.hpp"
#include "provider/gemini/wire.hpp"

namespace callosum::provider::gemini {
namespace {

constexpr JsonLimits kLimits{.max_bytes = 10u << 20, .max_depth = 32};
constexpr int kNativeRateHz = 24000;
constexpr const char* kNobodyWaits =
    R"({"ok":false,"error":{"type":"CANCELLED","message":"the caller cancelled the answer","retryable":false}})";
constexpr const char* kTooMany =
    R"({"ok":false,"error":{"type":"BUDGET_EXCEEDED","message":"too many calls are open","retryable":false}})";
constexpr std::size_t kLongestName = 256;  // of a tool, or a call

bool is_true(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

/// Of "audio/pcm;rate=24000"; 0: no such sound.
int rate_of(std::string_view mime_type) {
  if (!mime_type.starts_with("audio/pcm")) return 0;
  const auto at = mime_type.find("rate=");
  if (at == std::string_view::npos) return kNativeRateHz;
  int rate = 0;
  const auto digits = mime_type.substr(at + 5);
  std::from_chars(digits.data(), digits.data() + digits.size(), rate);
  return rate >= 8000 && rate <= 48000 ? rate : 0;
}

/// How a turn that ended for a reason of its own ended.
struct Ending {
  std::string_view reason;
  std::string_view status;
  std::string_view ga_reason;
};
constexpr std::array kEndings{
    Ending{"NEED_MORE_INPUT", "completed", ""},
    Ending{"MALFORMED_FUNCTION_CALL", "failed", "malformed_function_call"},
    Ending{"MAX_REGENERATION_REACHED", "failed", "max_regeneration_reached"},
    Ending{"RESPONSE_REJECTED", "incomplete", "content_filter"},
    Ending{"PROHIBITED_INPUT_CONTENT", "incomplete", "content_filter"},
    Ending{"GENERATED_AUDIO_SAFETY", "incomplete", "content_filter"},
    Ending{"GENERATED_OTHER", "failed", "generated_other"},
};
/// One that is not known says nothing of what was said before it.
constexpr Ending kUnknown{"", "completed", ""};

json::value details_of(const Ending& ending) {
  if (ending.status == "completed") return nullptr;
  if (ending.status == "incomplete") {
    return json::object{{"type", "incomplete"}, {"reason", ending.ga_reason}};
  }
  const json::object error{{"type", "server_error"},
                           {"code", ending.ga_reason},
                           {"message", "The voice model broke its answer off."}};
  return json::object{{"type", "failed"}, {"error", error}};
}

json::value cut_by_user() {
  return json::object{{"type", "cancelled"}, {"reason", "turn_detected"}};
}

}  // namespace

void Wire::from_model(std::string_view message, SteadyTime now) {
  unsigned char first[8 * 1024];
  json::monotonic_resource memory(first, sizeof first);
  const auto parsed = parse_strict(message, kLimits, &memory);
  const auto* body = parsed ? parsed->if_object() : nullptr;
  if (!body) {
    ++unreadable_;
    return;
  }
  note_activity(now);
  // Several may stand in one message.
  if (const auto* usage = find_object(*body, "usageMetadata")) usage_ = encode_usage(*usage);
  if (body->contains("setupComplete")) on_setup_complete(now);
  if (const auto* content = find_object(*body, "serverContent")) on_content(*content, now);
  if (const auto* call = find_object(*body, "toolCall")) {
    if (const auto* calls = find_array(*call, "functionCalls")) on_calls(*calls, now);
  }
  if (const auto* back = find_object(*body, "toolCallCancellation")) on_cancellation(*back);
  if (const auto* update = find_object(*body, "sessionResumptionUpdate")) on_resumption(*update);
  if (body->contains("goAway") && !std::exchange(goes_away_, true)) setup_wanted_at_ = now;
  look(now);
}

void Wire::on_setup_complete(SteadyTime now) {
  if (std::exchange(is_ready_, true)) return;
  has_resumed_ = std::exchange(is_resuming_, false);
  if (std::exchange(said_created_, true)) {
    rests_until_ = now + kReplacePause;
  } else {
    conversation_.say("session.created", {{"session", session_.object()}});
    conversation_.say("session.updated", {{"session", session_.object()}});
  }
  held_bytes_ = held_sound_bytes_ = 0;
  for (const auto& held : std::exchange(held_, {})) {
    if (!held.is_sound) {
      from_gateway(held.text, now);
    } else if (hear(held.text, now)) {
      to_model_.push_back(sound_);
    }
  }
}

void Wire::on_content(Content content, SteadyTime now) {
  if (const auto* heard = find_object(content, "inputTranscription")) {
    on_heard(text_at(*heard, "text"), now);
  }
  if (is_true(content, "interrupted")) on_interrupted(now);
  const auto* said = find_object(content, "modelTurn");
  const auto* parts = said ? find_array(*said, "parts") : nullptr;
  for (std::size_t i = 0; parts && i < parts->size(); ++i) {
    const auto* part = (*parts)[i].if_object();
    const auto* blob =
        part && !is_true(*part, "thought") ? find_object(*part, "inlineData") : nullptr;
    if (blob) on_sound(*blob, now);
  }
  if (const auto* words = find_object(content, "outputTranscription")) {
    const auto text = text_at(*words, "text");
    if (!text.empty() && begin_content(now)) reply_.add_words(text);
  }
  if (is_true(content, "generationComplete") && turn_.is_open && !turn_.awaits_outputs) {
    turn_.is_generated = !turn_.is_dropped;
    if (ear_.has_words()) ear_.complete();
    reply_.end_audio();
  }
  if (is_true(content, "turnComplete")) {
    on_turn_complete(text_at(content, "turnCompleteReason"), now);
  }
}

/// Words may come before the answer to them, or behind it: those that come while the model is at
/// its turn are of what was said before.
void Wire::on_heard(std::string_view words, SteadyTime now) {
  if (words.empty()) return;
  speech_until_ = now + kSpeechPatience;
  words_rest_at_ = now + kWordsPause;
  if (ear_.is_open() || ear_.awaits_words()) return ear_.add_words(words);
  const bool is_early = turn_.is_open || is_by_hand_;
  if (is_early) return ear_.keep_words(words);
  ear_.start();
  ear_.add_words(words);
}

void Wire::on_interrupted(SteadyTime now) {
  if (std::exchange(turn_.is_dropped, false) && reply_.is_running()) {
    turn_.ends_twice = true;  // by what we sent behind it
    return;
  }
  if (now < std::exchange(late_until_, SteadyTime{})) return;
  if (!turn_.is_open && !reply_.is_running()) return;
  if (!is_by_hand_) {
    ear_.complete();
    ear_.start();
    speech_until_ = now + kSpeechPatience;
  }
  end_reply("cancelled", cut_by_user(), nullptr);
  turn_.open(now);  // until its end is told
  turn_.is_generated = true;
}

/// The model speaks: what it answers has been said. False: nobody is to hear it.
bool Wire::begin_content(SteadyTime now) {
  if (turn_.is_dropped) return false;
  turn_.ends_twice = false;
  if (ear_.is_open() || !reply_.is_running()) note_user_turn();
  const bool is_answer = turn_.is_answering;
  turn_.is_answering = false;
  turn_.open(now);
  is_resumable_ = false;
  has_content_ = true;
  if (!reply_.is_running()) {
    begin_reply({});
    is_unclaimed_ = is_answer;
  }
  return true;
}

void Wire::note_user_turn() {
  if (!ear_.is_open()) {
    const bool is_of_user = !turn_.is_open && !is_by_hand_ && ear_.has_news();
    if (!is_of_user) return;
    // What is only guessed must not interrupt what runs.
    if (!calls_.has_open()) ear_.start();
  }
  ear_.commit();
  rounds_ = 0;
}

void Wire::on_sound(const json::object& blob, SteadyTime now) {
  const int rate = rate_of(text_at(blob, "mimeType"));
  const auto data = text_at(blob, "data");
  if (rate == 0 || data.empty() || !begin_content(now)) return;
  if (reply_.is_text_only()) return;
  delta_.clear();
  if (!audio_out_.take(data, rate, session_.output_format(), delta_)) {
    ++unreadable_;
    return;
  }
  const auto samples = static_cast<std::int64_t>(data.size() / 4 * 3 / 2);
  turn_.sound_until =
      std::max(now, turn_.sound_until) + std::chrono::milliseconds(samples * 1000 / rate);
  turn_.heard_of(now);
  reply_.add_audio(delta_);
}

void Wire::on_turn_complete(std::string_view reason, SteadyTime now) {
  auto usage = std::exchange(usage_, nullptr);
  sent_context_update_ = false;
  if (std::exchange(turn_.ends_twice, false)) return;
  if (std::exchange(turn_.is_dropped, false)) {
    turn_.is_open = reply_.is_running();  // what was asked for behind it
    turn_.awaits_outputs = turn_.is_generated = false;
    turn_.heard_of(now);
    return;
  }
  const bool is_cut = reply_.has_output() && !turn_.is_generated && reason.empty();
  if (is_cut) late_until_ = now + Turn::kLateInterruption;
  if (ear_.has_words()) ear_.complete();
  ear_.drop_kept();
  words_until_ = now + kLateWords;
  const auto at = std::find_if(kEndings.begin(), kEndings.end(),
                               [&](const Ending& each) { return each.reason == reason; });
  const auto& ending = at == kEndings.end() ? kUnknown : *at;
  if (!reply_.is_running() && ending.status != "completed") {
    note_user_turn();
    begin_reply({});
  }
  end_reply(ending.status, details_of(ending), std::move(usage));
  close_turn();
}

void Wire::on_calls(const json::array& calls, SteadyTime now) {
  for (const auto& value : calls) {
    const auto* call = value.if_object();
    const auto name = call ? text_at(*call, "name") : std::string_view();
    if (name.empty()) continue;
    const auto wire_id = text_at(*call, "id");
    if (name.size() > kLongestName || wire_id.size() > kLongestName) {
      ++unreadable_;
      continue;
    }
    const auto call_id = wire_id.empty() ? conversation_.make_id("call_") : std::string(wire_id);
    if (calls_.knows(call_id)) continue;  // providers repeat themselves
    const bool is_heard = begin_content(now);
    if (!calls_.open(call_id, wire_id, name)) continue;
    if (!is_heard) {
      calls_.answer(call_id, kNobodyWaits, realtime::OutputDelivery::silent);
      turn_.awaits_outputs = !traits_.calls_go_on;
      continue;
    }
    if (calls_.has_too_many()) {
      calls_.answer(call_id, kTooMany, realtime::OutputDelivery::when_idle);
      continue;
    }
    if (ear_.has_words()) ear_.complete();
    if (reply_.is_full()) {
      end_reply("completed", nullptr, nullptr);
      begin_reply({});
    }
    const auto* args = find_object(*call, "args");
    reply_.add_call(call_id, name, args ? json::serialize(*args) : "{}");
  }
  // Until it is answered such a model says nothing: for GA that response is over.
  if (traits_.calls_go_on || turn_.is_dropped || !calls_.has_open()) return;
  end_reply("completed", nullptr, nullptr);
  turn_.awaits_outputs = true;
}

void Wire::on_cancellation(Content cancellation) {
  const auto* ids = find_array(cancellation, "ids");
  if (!ids) return;
  json::array withdrawn;
  for (const auto& id : calls_.withdraw(*ids)) withdrawn.emplace_back(id);
  if (withdrawn.empty()) return;
  conversation_.say(realtime::to_string(realtime::EventType::function_calls_withdrawn),
                    {{"call_ids", std::move(withdrawn)}});
}

void Wire::on_resumption(Content update) {
  const auto handle = text_at(update, "newHandle");
  is_resumable_ = is_true(update, "resumable") && !handle.empty();
  if (is_resumable_) handle_ = handle;
}

}  // namespace callosum::provider::gemini
