#include "realtime/event_type.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace callosum::realtime {
namespace {

struct Row {
  EventType type;
  std::string_view word;
};

constexpr std::array kRows{
    Row{EventType::session_update, "session.update"},
    Row{EventType::input_audio_buffer_append, "input_audio_buffer.append"},
    Row{EventType::input_audio_buffer_commit, "input_audio_buffer.commit"},
    Row{EventType::input_audio_buffer_clear, "input_audio_buffer.clear"},
    Row{EventType::conversation_item_create, "conversation.item.create"},
    Row{EventType::conversation_item_retrieve, "conversation.item.retrieve"},
    Row{EventType::conversation_item_delete, "conversation.item.delete"},
    Row{EventType::conversation_item_truncate, "conversation.item.truncate"},
    Row{EventType::response_create, "response.create"},
    Row{EventType::response_cancel, "response.cancel"},
    Row{EventType::output_audio_buffer_clear, "output_audio_buffer.clear"},
    Row{EventType::error, "error"},
    Row{EventType::session_created, "session.created"},
    Row{EventType::session_updated, "session.updated"},
    Row{EventType::conversation_created, "conversation.created"},
    Row{EventType::conversation_item_added, "conversation.item.added"},
    Row{EventType::conversation_item_done, "conversation.item.done"},
    Row{EventType::conversation_item_created, "conversation.item.created"},
    Row{EventType::conversation_item_retrieved, "conversation.item.retrieved"},
    Row{EventType::conversation_item_truncated, "conversation.item.truncated"},
    Row{EventType::conversation_item_deleted, "conversation.item.deleted"},
    Row{EventType::transcription_delta, "conversation.item.input_audio_transcription.delta"},
    Row{EventType::transcription_completed,
        "conversation.item.input_audio_transcription.completed"},
    Row{EventType::transcription_failed, "conversation.item.input_audio_transcription.failed"},
    Row{EventType::transcription_segment, "conversation.item.input_audio_transcription.segment"},
    Row{EventType::input_audio_buffer_committed, "input_audio_buffer.committed"},
    Row{EventType::input_audio_buffer_cleared, "input_audio_buffer.cleared"},
    Row{EventType::speech_started, "input_audio_buffer.speech_started"},
    Row{EventType::speech_stopped, "input_audio_buffer.speech_stopped"},
    Row{EventType::timeout_triggered, "input_audio_buffer.timeout_triggered"},
    Row{EventType::dtmf_event_received, "input_audio_buffer.dtmf_event_received"},
    Row{EventType::output_audio_buffer_started, "output_audio_buffer.started"},
    Row{EventType::output_audio_buffer_stopped, "output_audio_buffer.stopped"},
    Row{EventType::output_audio_buffer_cleared, "output_audio_buffer.cleared"},
    Row{EventType::response_created, "response.created"},
    Row{EventType::response_done, "response.done"},
    Row{EventType::output_item_added, "response.output_item.added"},
    Row{EventType::output_item_done, "response.output_item.done"},
    Row{EventType::content_part_added, "response.content_part.added"},
    Row{EventType::content_part_done, "response.content_part.done"},
    Row{EventType::output_text_delta, "response.output_text.delta"},
    Row{EventType::output_text_done, "response.output_text.done"},
    Row{EventType::output_audio_delta, "response.output_audio.delta"},
    Row{EventType::output_audio_done, "response.output_audio.done"},
    Row{EventType::output_audio_transcript_delta, "response.output_audio_transcript.delta"},
    Row{EventType::output_audio_transcript_done, "response.output_audio_transcript.done"},
    Row{EventType::function_call_arguments_delta, "response.function_call_arguments.delta"},
    Row{EventType::function_call_arguments_done, "response.function_call_arguments.done"},
    Row{EventType::mcp_list_tools_in_progress, "mcp_list_tools.in_progress"},
    Row{EventType::mcp_list_tools_completed, "mcp_list_tools.completed"},
    Row{EventType::mcp_list_tools_failed, "mcp_list_tools.failed"},
    Row{EventType::mcp_call_arguments_delta, "response.mcp_call_arguments.delta"},
    Row{EventType::mcp_call_arguments_done, "response.mcp_call_arguments.done"},
    Row{EventType::mcp_call_in_progress, "response.mcp_call.in_progress"},
    Row{EventType::mcp_call_completed, "response.mcp_call.completed"},
    Row{EventType::mcp_call_failed, "response.mcp_call.failed"},
    Row{EventType::rate_limits_updated, "rate_limits.updated"},
    Row{EventType::function_calls_withdrawn, "callosum.function_calls.withdrawn"},
};

constexpr bool rows_follow_the_enum() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].type) != i + 1) return false;
  }
  return true;
}
static_assert(rows_follow_the_enum());

constexpr bool less_by_word(const Row& a, const Row& b) {
  return a.word.size() != b.word.size() ? a.word.size() < b.word.size() : a.word < b.word;
}

constexpr auto sorted_rows() {
  auto rows = kRows;
  std::sort(rows.begin(), rows.end(), less_by_word);
  return rows;
}
constexpr auto kSorted = sorted_rows();

/// Walks the top level of an object. Positions are always within the frame, whatever it holds.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::string_view find_type() {
    skip_space();
    if (!take('{')) return {};
    while (true) {
      skip_space();
      if (!take('"')) return {};
      const auto key = string_body();
      skip_space();
      if (!take(':')) return {};
      skip_space();
      if (key == "type") return take('"') ? string_body() : std::string_view{};
      if (!skip_value()) return {};
      skip_space();
      if (!take(',')) return {};
    }
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (!at_end() && static_cast<unsigned char>(text_[at_]) <= ' ') ++at_;
  }
  /// Behind the opening quote; leaves behind the closing one. Escapes stay as written: no type has
  /// any.
  std::string_view string_body() {
    const std::size_t start = at_;
    while (!at_end()) {
      const auto* quote =
          static_cast<const char*>(std::memchr(text_.data() + at_, '"', text_.size() - at_));
      if (!quote) break;
      const auto end = static_cast<std::size_t>(quote - text_.data());
      std::size_t slashes = 0;
      while (end - slashes > start && text_[end - slashes - 1] == '\\') ++slashes;
      at_ = end + 1;
      if (slashes % 2 == 0) return text_.substr(start, end - start);
    }
    at_ = text_.size();
    return {};
  }
  bool skip_value() {
    if (take('"')) {
      string_body();
      return true;
    }
    std::size_t depth = 0;
    while (!at_end()) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        string_body();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') {
        if (depth == 0) return true;
        --depth;
      }
      if (c == ',' && depth == 0) return true;
      ++at_;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view to_string(EventType type) {
  return type == EventType::unknown ? "unknown" : kRows[static_cast<std::size_t>(type) - 1].word;
}

EventType event_type_of(std::string_view word) {
  const auto at =
      std::lower_bound(kSorted.begin(), kSorted.end(), Row{EventType::unknown, word}, less_by_word);
  return at != kSorted.end() && at->word == word ? at->type : EventType::unknown;
}

std::string_view peek_type_text(std::string_view frame) { return Scanner(frame).find_type(); }

EventType peek_type(std::string_view frame) { return event_type_of(peek_type_text(frame)); }

}  // namespace callosum::realtime
