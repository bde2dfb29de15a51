#include "sim/xai/xai_script.hpp"

#include <array>

#include "sim/realtime/yaml_sheet.hpp"

namespace callosum::sim::xai {
namespace {

/// Index of the word given at `key`; 0 when there is none.
template <std::size_t kCount>
std::size_t read_word(Sheet& sheet, const char* key,
                      const std::array<std::string_view, kCount>& words) {
  std::string word(words.front());
  sheet.read(key, word);
  std::string all;
  for (std::size_t i = 0; i < kCount; ++i) {
    if (words[i] == word) return i;
    all += (i == 0 ? "" : i + 1 == kCount ? " or " : ", ") + std::string(words[i]);
  }
  sheet.complain(sheet.node(key), std::string(key) + " must be " + all);
  return 0;
}

constexpr std::array<std::string_view, 2> kErrors{"nested", "flat"};
constexpr std::array<std::string_view, 3> kTruncations{"ignored", "refused", "accepted"};
constexpr std::array<std::string_view, 2> kCreated{"after_update", "at_connect"};
constexpr std::array<std::string_view, 4> kReplays{"added", "created", "endless", "huge"};
constexpr std::array<std::string_view, 4> kTexts{"none", "ga", "beta", "both"};

}  // namespace

XaiScript::XaiScript() {
  has_rate_limits = false;
  session_length = std::chrono::minutes(30);
}

void XaiScript::read_more(Sheet& sheet) {
  has_flat_errors = read_word(sheet, "errors", kErrors) == 1;
  truncation = static_cast<Truncation>(read_word(sheet, "truncate", kTruncations));
  replaying = static_cast<Replaying>(read_word(sheet, "replay", kReplays));
  is_created_at_once = read_word(sheet, "conversation_created", kCreated) == 1;
  const auto texts = read_word(sheet, "text_events", kTexts);
  has_ga_text = texts == 1 || texts == 3;
  has_beta_text = texts >= 2;
  sheet.read("deleted_ids", has_deleted_ids);
  sheet.read("respond_to_commit", responds_to_commit);
  sheet.read("late_transcripts", is_transcribed_late);
  sheet.read("unfinished_on_interrupt", is_left_unfinished);
  sheet.read("metadata", echoes_metadata);
  sheet.read_ms("ping_ms", ping_interval);
  sheet.read_ms("resumption_seconds", kept_for, 1000);
}

const XaiScript& as_xai(const Script& script) {
  static const XaiScript kDefaults;
  const auto* own = dynamic_cast<const XaiScript*>(&script);
  return own ? *own : kDefaults;
}

}  // namespace callosum::sim::xai
