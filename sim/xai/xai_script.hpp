#pragma once

#include "sim/realtime/script.hpp"

namespace callosum::sim::xai {

enum class Truncation : std::uint8_t { ignored, refused, accepted };
/// How a conversation that is resumed comes back: under either name of its events, or as nobody
/// should.
enum class Replaying : std::uint8_t { added, created, endless, huge };

/// xAI's own switches (sim/README.md). The defaults are what was recorded, or what is said of the
/// wire most often where nothing was.
struct XaiScript final : Script {
  XaiScript();
  void read_more(Sheet& sheet) override;

  bool has_flat_errors = false;
  Truncation truncation = Truncation::ignored;
  bool has_deleted_ids = true;       ///< false: conversation.item.deleted has an empty item_id
  bool is_created_at_once = false;   ///< conversation.created before the first session.update
  bool responds_to_commit = true;    ///< without response.create
  bool is_transcribed_late = false;  ///< transcripts come when the reply has begun
  bool is_left_unfinished = false;   ///< an interrupted response never gets its response.done
  bool echoes_metadata = true;
  bool has_ga_text = false;    ///< what is said comes as response.output_text.* too
  bool has_beta_text = false;  ///< and as response.text.*
  Replaying replaying = Replaying::added;
  Ms ping_interval{10000};
  Ms kept_for{std::chrono::minutes(30)};
};

/// The script of a connection of this simulator.
const XaiScript& as_xai(const Script& script);

}  // namespace callosum::sim::xai
