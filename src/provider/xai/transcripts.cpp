#include "provider/xai/transcripts.hpp"

#include <algorithm>

namespace callosum::provider::xai {

Transcripts::Utterance& Transcripts::get(std::string_view item_id) {
  const auto at = std::find_if(utterances_.begin(), utterances_.end(),
                               [&](const Utterance& each) { return each.item_id == item_id; });
  if (at != utterances_.end()) return *at;
  if (utterances_.size() >= kMaxUtterances) utterances_.pop_front();
  utterances_.push_back({std::string(item_id), {}, false, 0, 0});
  return utterances_.back();
}

std::optional<std::string> Transcripts::on_text(std::string_view item_id, std::string_view text) {
  auto& utterance = get(item_id);
  if (utterance.is_finished || !text.starts_with(utterance.told)) return std::nullopt;
  std::string more(text.substr(utterance.told.size()));
  if (more.empty()) return std::nullopt;
  utterance.told = text;
  return more;
}

bool Transcripts::finish(std::string_view item_id) {
  auto& utterance = get(item_id);
  utterance.told.clear();
  return !std::exchange(utterance.is_finished, true);
}

void Transcripts::on_started(std::string_view item_id, std::int64_t at_ms) {
  get(item_id).from_ms = at_ms;
}

void Transcripts::on_stopped(std::string_view item_id, std::int64_t at_ms) {
  get(item_id).to_ms = at_ms;
}

double Transcripts::seconds(std::string_view item_id) const {
  for (const auto& each : utterances_) {
    if (each.item_id != item_id || each.to_ms <= each.from_ms) continue;
    return static_cast<double>(each.to_ms - each.from_ms) / 1000.0;
  }
  return 0;
}

}  // namespace callosum::provider::xai
