#include "channel/twilio/call_recorder.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/time_text.hpp"

namespace callosum::channel::twilio {
namespace {

constexpr std::size_t kMostCuts = 16;
constexpr std::size_t kMostTools = 500;
constexpr std::size_t kMostPlaces = 64;  // whose words have not come by then have none

json::array list_of(const std::string& text) {
  if (text.empty()) return {};
  auto parsed = parse_strict(text, {.max_bytes = 4 << 20});
  if (!parsed || !parsed->is_array()) return {};
  return std::move(parsed->get_array());
}

/// How sure the ears were of what was heard before.
realtime::Confidence confidence_in(const json::array& timeline) {
  realtime::Confidence out;
  for (const auto& entry : timeline) {
    const auto* heard = entry.if_object();
    if (heard) out.add(realtime::read_confidence(*heard));
  }
  return out;
}

/// The first so much of it, to the end of a word.
std::string first_part(std::string_view text, double share) {
  auto size = static_cast<std::size_t>(share * static_cast<double>(text.size()));
  if (size >= text.size()) return std::string(text);
  while (size > 0 && text[size] != ' ') --size;
  return std::string(text.substr(0, size));
}

}  // namespace

CallRecorder::CallRecorder(storage::CallRecord before, WallTime now, bool keeps_words)
    : keeps_words_(keeps_words),
      record_(std::move(before)),
      turns_(list_of(record_.transcript), keeps_words),
      timeline_(list_of(record_.timeline), keeps_words),
      tools_(list_of(record_.tool_history)),
      confidence_(confidence_in(timeline_.newest())) {
  if (record_.answered_at_ms == 0) record_.answered_at_ms = epoch_ms(now);
  record_.ended_at_ms = 0;
  record_.is_conversed_out = false;
  record_.outcome.clear();
  record_.transfer_to.clear();
  record_.sentiment.reset();  // it goes on: another may come of it
  text_bytes_ = record_.transcript.size() + record_.timeline.size();
  for (auto* list : {&record_.transcript, &record_.timeline, &record_.tool_history}) {
    std::string().swap(*list);  // they are in the lists
  }
  turn_places_.assign(turns_.newest().size(), 0);
  answered_at_ = WallTime(std::chrono::milliseconds(record_.answered_at_ms));
}

CallRecorder::Place CallRecorder::place_of(std::string_view item_id) {
  if (item_id.empty()) return {{}, next_place_++};
  for (std::size_t i = places_.size(); i-- > 0;) {
    if (places_[i].item_id == item_id) return places_[i];
  }
  if (places_.size() >= kMostPlaces) places_.pop_front();
  places_.push_back({std::string(item_id), next_place_++});
  return places_.back();
}

void CallRecorder::placed(std::string_view item_id) {
  const auto is_known = [&](const Place& place) { return place.item_id == item_id; };
  if (item_id.empty() || std::any_of(places_.begin(), places_.end(), is_known)) return;
  place_of(item_id);
}

void CallRecorder::spoken(std::string_view item_id, WallTime now) {
  placed(item_id);
  for (auto& place : places_) {
    if (place.item_id == item_id) place.spoken_at = now;
  }
}

/// What was at an earlier time stands before what was written down in the meantime.
json::object* CallRecorder::enter(std::string_view kind, WallTime at) {
  is_dirty_ = true;
  if (timeline_.size() >= kMostEntries || text_bytes_ > kMostTextBytes) {
    ++record_.left_out;
    return nullptr;
  }
  const auto at_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(at - answered_at_).count();
  const auto& newest = timeline_.newest();
  auto place = newest.size();
  const auto is_later = [&](const json::value& entry) {
    const auto* entry_ms = entry.get_object().if_contains("t_ms");
    return entry_ms && entry_ms->is_int64() && entry_ms->get_int64() > at_ms;
  };
  while (place > 0 && is_later(newest[place - 1])) --place;
  return &timeline_.add({{"t_ms", at_ms}, {"kind", kind}}, place);
}

json::object* CallRecorder::add_turn(std::string_view role, std::string_view text,
                                     const Place& place) {
  is_dirty_ = true;
  if (turns_.size() >= kMostEntries || text_bytes_ > kMostTextBytes) return nullptr;
  text_bytes_ += text.size();
  const auto later = std::upper_bound(turn_places_.begin(), turn_places_.end(), place.number);
  const auto before = static_cast<std::size_t>(later - turn_places_.begin());
  turn_places_.insert(later, place.number);
  return &turns_.add({{"role", role}, {"text", text}, {"item_id", place.item_id}}, before);
}

void CallRecorder::heard(std::string_view text, std::string_view item_id, WallTime now,
                         const realtime::Confidence& confidence) {
  if (text.empty()) return;
  const auto place = place_of(item_id);
  add_turn("user", text, place);
  confidence_.add(confidence);
  record_.confidence = confidence_.mean();
  auto* entry = enter("heard", place.spoken_at.value_or(now));
  if (!entry) return;
  entry->emplace("text", text);
  realtime::write_confidence(*entry, confidence);
}

void CallRecorder::planned(WallTime now) { enter("planned", now); }

void CallRecorder::called(std::string_view tool, std::string_view args, WallTime now) {
  if (record_.intent.empty()) record_.intent = tool;  // what the caller wanted first
  if (auto* entry = enter("called", now)) {
    entry->emplace("tool", tool);
    entry->emplace("args", args);
    text_bytes_ += args.size();
  }
  if (tools_.size() >= kMostTools) return;
  tools_.add({{"tool", tool}, {"at_ms", epoch_ms(now)}, {"ok", nullptr}});
}

void CallRecorder::answered(std::string_view tool, std::string_view error_type, WallTime now) {
  if (auto* entry = enter(error_type.empty() ? "answered" : "refused", now)) {
    entry->emplace("tool", tool);
    if (!error_type.empty()) entry->emplace("error_type", error_type);
  }
  for (auto& entry : tools_.newest()) {
    auto& call = entry.get_object();
    if (text_at(call, "tool") != tool || !call.at("ok").is_null()) continue;
    const auto took = epoch_ms(now) - call.at("at_ms").to_number<std::int64_t>();
    call["ok"] = error_type.empty();
    call["latency_ms"] = took;
    if (!error_type.empty()) call["error_type"] = error_type;
    record_.tool_latency_ms += took;
    return;
  }
}

void CallRecorder::said(std::string_view text, std::string_view item_id, WallTime now) {
  if (text.empty()) return;
  auto* turn = add_turn("assistant", text, place_of(item_id));
  if (auto* entry = enter("said", now)) entry->emplace("text", text);
  const auto known = std::find_if(cuts_.begin(), cuts_.end(),
                                  [&](const Cut& cut) { return cut.item_id == item_id; });
  if (known == cuts_.end() || !turn) return;
  shorten(*turn, known->share);
  cuts_.erase(known);
}

void CallRecorder::played(std::string_view item_id, WallTime now) {
  if (auto* entry = enter("played", now)) entry->emplace("item_id", item_id);
}

void CallRecorder::shorten(json::object& turn, double share) {
  turn["text"] = first_part(text_at(turn, "text"), share);
  turn["cut"] = true;
}

void CallRecorder::cut(std::string_view item_id, std::chrono::milliseconds heard,
                       std::chrono::milliseconds made, WallTime now) {
  if (auto* entry = enter("cut", now)) {
    entry->emplace("item_id", item_id);
    entry->emplace("heard_ms", heard.count());
  }
  const double share =
      made.count() > 0 ? static_cast<double>(heard.count()) / static_cast<double>(made.count()) : 0;
  for (auto& entry : turns_.newest()) {
    auto& turn = entry.get_object();
    if (text_at(turn, "item_id") != item_id || item_id.empty()) continue;
    return shorten(turn, share);
  }
  if (cuts_.size() >= kMostCuts) cuts_.pop_front();
  cuts_.push_back({std::string(item_id), share});
}

void CallRecorder::pressed(std::size_t digits, WallTime now) {
  if (auto* entry = enter("pressed", now)) entry->emplace("digits", digits);
}

void CallRecorder::ended(std::string_view outcome, bool is_conversed_out, WallTime now) {
  if (record_.ended_at_ms != 0) return;
  record_.ended_at_ms = epoch_ms(now);
  record_.outcome = outcome;
  record_.is_conversed_out = is_conversed_out;
  is_dirty_ = true;
  if (!keeps_words_) forget_words();
}

void CallRecorder::transferred(std::string_view number, WallTime now) {
  if (record_.ended_at_ms != 0) return;
  record_.transfer_to = number;
  ended("transferred", false, now);
}

void CallRecorder::forget_words() {
  turns_.clear();
  turn_places_.clear();
  for (auto& entry : timeline_.newest()) {
    entry.get_object().erase("text");
    entry.get_object().erase("args");
  }
}

std::vector<std::string> CallRecorder::said_by_caller() const {
  std::vector<std::string> out;
  for (const auto& entry : turns_.newest()) {
    const auto* turn = entry.if_object();
    if (turn && text_at(*turn, "role") == "user") out.emplace_back(text_at(*turn, "text"));
  }
  return out;
}

storage::CallRecord CallRecorder::take() {
  is_dirty_ = false;
  auto out = record_;
  const auto put = [](GrowingList& list, std::string& text, std::size_t& kept) {
    auto taken = list.take();
    text = std::move(taken.text);
    kept = taken.kept;
  };
  put(turns_, out.transcript, out.kept.transcript);
  // Of those that change no more the place is of no use.
  const auto settled = turn_places_.size() - turns_.newest().size();
  turn_places_.erase(turn_places_.begin(),
                     turn_places_.begin() + static_cast<std::ptrdiff_t>(settled));
  put(timeline_, out.timeline, out.kept.timeline);
  put(tools_, out.tool_history, out.kept.tool_history);
  return out;
}

}  // namespace callosum::channel::twilio
