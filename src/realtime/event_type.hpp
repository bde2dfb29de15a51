#pragma once

#include <cstdint>
#include <string_view>

namespace callosum::realtime {

/// Every event of the GA Realtime wire (protocols: OpenAI Realtime, client events §6 and server
/// events §8).
enum class EventType : std::uint8_t {
  unknown,  ///< what the vendor adds tomorrow: passed on

  // From the client.
  session_update,
  input_audio_buffer_append,
  input_audio_buffer_commit,
  input_audio_buffer_clear,
  conversation_item_create,
  conversation_item_retrieve,
  conversation_item_delete,
  conversation_item_truncate,
  response_create,
  response_cancel,
  output_audio_buffer_clear,

  // From the server.
  error,
  session_created,
  session_updated,
  conversation_created,
  conversation_item_added,
  conversation_item_done,
  conversation_item_created,
  conversation_item_retrieved,
  conversation_item_truncated,
  conversation_item_deleted,
  transcription_delta,
  transcription_completed,
  transcription_failed,
  transcription_segment,
  input_audio_buffer_committed,
  input_audio_buffer_cleared,
  speech_started,
  speech_stopped,
  timeout_triggered,
  dtmf_event_received,
  output_audio_buffer_started,
  output_audio_buffer_stopped,
  output_audio_buffer_cleared,
  response_created,
  response_done,
  output_item_added,
  output_item_done,
  content_part_added,
  content_part_done,
  output_text_delta,
  output_text_done,
  output_audio_delta,
  output_audio_done,
  output_audio_transcript_delta,
  output_audio_transcript_done,
  function_call_arguments_delta,
  function_call_arguments_done,
  mcp_list_tools_in_progress,
  mcp_list_tools_completed,
  mcp_list_tools_failed,
  mcp_call_arguments_delta,
  mcp_call_arguments_done,
  mcp_call_in_progress,
  mcp_call_completed,
  mcp_call_failed,
  rate_limits_updated,

  // Between a ModelPort and its session alone.
  function_calls_withdrawn,  ///< `call_ids` the model took back: nobody waits for their outputs
};

/// The wire's own word: "response.output_audio.delta".
std::string_view to_string(EventType type);
EventType event_type_of(std::string_view word);

/// What kind of event a frame is, by its top-level `type` alone; the rest is not parsed and need
/// not even be valid. `unknown` where there is none. Costs a few dozen nanoseconds and no memory.
EventType peek_type(std::string_view frame);
/// The text of the top-level `type`; empty where there is none.
std::string_view peek_type_text(std::string_view frame);

inline bool is_audio(EventType type) {
  return type == EventType::input_audio_buffer_append || type == EventType::output_audio_delta;
}

}  // namespace callosum::realtime
