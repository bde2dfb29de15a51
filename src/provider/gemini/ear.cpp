#include "provider/gemini/ear.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace callosum::provider::gemini {
namespace {

constexpr std::int64_t kNoticedAfterMs = 500;

}  // namespace

void Ear::open() {
  complete();
  item_id_ = conversation_.make_id("item_");
  words_.clear();
  is_complete_ = false;
  started_ms_ = heard_until_ / 32;
}

void Ear::start() {
  if (is_open_) return;
  open();
  is_open_ = true;
  // It began before it was known of, and behind what was said before.
  started_ms_ = std::max(heard_until_ / 32, now_ms() - kNoticedAfterMs);
  conversation_.say("input_audio_buffer.speech_started",
                    {{"audio_start_ms", started_ms_}, {"item_id", item_id_}});
  take_kept();
}

void Ear::add_words(std::string_view told) {
  if (item_id_.empty()) return;
  const auto more = words_.take(told);
  if (more.empty() || is_complete_) return;
  conversation_.say("conversation.item.input_audio_transcription.delta",
                    {{"item_id", item_id_}, {"content_index", 0}, {"delta", more}});
}

void Ear::commit() {
  if (!is_open_) open();
  if (is_open_) {
    conversation_.say("input_audio_buffer.speech_stopped",
                      {{"audio_end_ms", now_ms()}, {"item_id", item_id_}});
  }
  is_open_ = false;
  heard_until_ = heard_bytes_;
  conversation_.say("input_audio_buffer.committed",
                    {{"previous_item_id", conversation_.last_item()}, {"item_id", item_id_}});
  json::array content;
  content.push_back(json::object{{"type", "input_audio"}, {"transcript", nullptr}});
  conversation_.add_item({{"id", item_id_},
                          {"object", "realtime.item"},
                          {"type", "message"},
                          {"status", "completed"},
                          {"role", "user"},
                          {"content", std::move(content)}});
  take_kept();
}

void Ear::take_kept() {
  const std::string kept = kept_.all();
  kept_.clear();
  if (!kept.empty()) add_words(kept);
}

void Ear::complete() {
  if (item_id_.empty() || is_complete_ || is_open_) return;
  is_complete_ = true;
  conversation_.items().set_transcript(item_id_, words_.all());
  const json::object usage{
      {"type", "duration"},
      {"seconds", static_cast<double>(heard_until_ / 32 - started_ms_) / 1000}};
  conversation_.say("conversation.item.input_audio_transcription.completed",
                    {{"item_id", item_id_},
                     {"content_index", 0},
                     {"transcript", words_.all()},
                     {"usage", usage}});
}

}  // namespace callosum::provider::gemini
