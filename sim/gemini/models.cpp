#include "sim/gemini/models.hpp"

#include <array>

#include "base/text.hpp"

namespace callosum::sim::gemini {
namespace {

struct ModelRow {
  std::string_view prefix;
  ModelTraits traits;
};

/// November 2026 (protocol §8). The longest prefix wins.
constexpr std::array<ModelRow, 7> kModels{{
    {"gemini-3.8-live",
     {.thinking = false,
      .non_blocking = true,
      .context_update = true,
      .always_proactive = true,
      .joins_transcripts = true,
      .waits_for_silence = true}},
    {"gemini-3.8-live-extended-thinking",
     {.non_blocking = true,
      .takes_blocking = false,
      .context_update = true,
      .always_proactive = true,
      .interaction_status = true,
      .joins_transcripts = true,
      .waits_for_silence = true}},
    {"gemini-3.5-live-translate-preview", {.translation = true}},
    {"gemini-3.5-transcribe-live", {.thinking = false}},
    {"gemini-3.1-flash-live-preview",
     {.takes_non_blocking = false,
      .content_any_time = false,
      .null_handle = false,
      .joins_transcripts = true}},
    {"gemini-2.5-flash-native-audio-preview", {.affective_dialog = true}},
    {"gemini-live-2.5-flash-native-audio", {.affective_dialog = true}},
}};

struct TraitName {
  std::string_view name;
  bool ModelTraits::*trait;
};
constexpr std::array<TraitName, 14> kTraits{{
    {"text", &ModelTraits::text},
    {"thinking", &ModelTraits::thinking},
    {"non_blocking", &ModelTraits::non_blocking},
    {"takes_blocking", &ModelTraits::takes_blocking},
    {"takes_non_blocking", &ModelTraits::takes_non_blocking},
    {"context_update", &ModelTraits::context_update},
    {"content_any_time", &ModelTraits::content_any_time},
    {"always_proactive", &ModelTraits::always_proactive},
    {"affective_dialog", &ModelTraits::affective_dialog},
    {"translation", &ModelTraits::translation},
    {"null_handle", &ModelTraits::null_handle},
    {"interaction_status", &ModelTraits::interaction_status},
    {"joins_transcripts", &ModelTraits::joins_transcripts},
    {"waits_for_silence", &ModelTraits::waits_for_silence},
}};

bool is_prefix(std::string_view id, std::string_view prefix) {
  return id.starts_with(prefix) && (id.size() == prefix.size() || id[prefix.size()] == '-');
}

}  // namespace

std::optional<ModelTraits> find_model(std::string_view id) {
  const ModelRow* best = nullptr;
  for (const auto& row : kModels) {
    if (is_prefix(id, row.prefix) && (!best || row.prefix.size() > best->prefix.size()))
      best = &row;
  }
  if (!best) return {};
  return best->traits;
}

bool set_trait(ModelTraits& traits, std::string_view name, bool value) {
  for (const auto& row : kTraits) {
    if (row.name != name) continue;
    traits.*row.trait = value;
    return true;
  }
  return false;
}

std::string_view model_id(std::string_view path, bool is_vertex) {
  const auto parts = split(path, '/');
  if (!is_vertex) return parts.size() == 2 && parts[0] == "models" ? parts[1] : std::string_view();
  const auto n = parts.size();
  if (n != 4 && n != 8) return {};
  const bool is_model =
      parts[n - 4] == "publishers" && parts[n - 3] == "google" && parts[n - 2] == "models";
  const bool is_placed = n == 4 || (parts[0] == "projects" && parts[2] == "locations");
  return is_model && is_placed ? parts[n - 1] : std::string_view();
}

}  // namespace callosum::sim::gemini
