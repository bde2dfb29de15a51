#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace callosum::sim::gemini {

/// What a model takes and how it behaves (protocol §2, 5 and 8). Data: nothing in here asks
/// for a model's name.
struct ModelTraits {
  bool text = false;                ///< may answer with responseModalities TEXT
  bool thinking = true;             ///< takes thinkingConfig
  bool non_blocking = false;        ///< what a declaration without `behavior` is
  bool takes_blocking = true;       ///< takes `behavior: BLOCKING`
  bool takes_non_blocking = true;   ///< takes `behavior: NON_BLOCKING`
  bool context_update = false;      ///< takes contextUpdate
  bool content_any_time = true;     ///< false: clientContent only as first history
  bool always_proactive = false;    ///< proactiveAudio: false is an error
  bool affective_dialog = false;    ///< takes enableAffectiveDialog (v1alpha)
  bool translation = false;         ///< takes translationConfig
  bool null_handle = true;          ///< takes `handle: null`
  bool interaction_status = false;  ///< says interactionStatus with each turnComplete
  bool joins_transcripts = false;   ///< sound and its transcript in one message
  bool waits_for_silence = false;   ///< INTERRUPT waits until the user stops
};

/// The traits of `models/ID`'s ID: of the longest known prefix that ends at a dash; nothing for
/// what is no live model.
std::optional<ModelTraits> find_model(std::string_view id);

/// Sets a trait by its name ("context_update"). False: there is none of that name.
bool set_trait(ModelTraits& traits, std::string_view name, bool value);

/// The ID of `models/ID`, `publishers/google/models/ID` or
/// `projects/P/locations/L/publishers/google/models/ID`; empty when the path is none of them.
std::string_view model_id(std::string_view path, bool is_vertex);

}  // namespace callosum::sim::gemini
