#include "sim/openai/ga_listener.hpp"

#include "base/json.hpp"

namespace callosum::sim::openai {

void GaListener::on_started(Ms at) {
  Listener::on_started(at);
  if (wants("interrupt_response")) responder_.interrupt();
}

void GaListener::on_stopped(Ms at) {
  Listener::on_stopped(at);
  commit_item(speech_item_);
  if (state_.session->has_responses() && wants("create_response")) responder_.create_by_voice();
}

void GaListener::tell_commit(const std::string& item_id) {
  const auto previous = previous_of(item_id);
  const auto body = state_.conversation.find(item_id)->body;
  wire_.send({{"type", "input_audio_buffer.committed"},
              {"previous_item_id", previous},
              {"item_id", item_id}});
  wire_.send({{"type", "conversation.item.added"}, {"previous_item_id", previous}, {"item", body}});
  wire_.send({{"type", "conversation.item.done"}, {"previous_item_id", previous}, {"item", body}});
  if (!state_.session->wants_transcripts()) return;
  timeline_.after(wire_.script().transcription_delay,
                  [this, item_id] { tell_transcript(item_id); });
}

void GaListener::tell_transcript(const std::string& item_id) {
  auto* item = state_.conversation.find(item_id);
  if (!item) return;
  item->body.at("content").as_array().at(0).as_object()["transcript"] = item->heard;
  const auto event = [&](std::string_view what) {
    return json::object{
        {"type", "conversation.item.input_audio_transcription." + std::string(what)},
        {"item_id", item_id},
        {"content_index", 0}};
  };
  auto delta = event("delta");
  delta["delta"] = item->heard;
  delta["obfuscation"] = wire_.make_id("").substr(0, 6);
  auto completed = event("completed");
  completed["transcript"] = item->heard;
  const auto tokens = static_cast<std::int64_t>(item->heard.size() / 4 + 1);
  completed["usage"] = {{"type", "tokens"},
                        {"total_tokens", tokens + 20},
                        {"input_tokens", 20},
                        {"output_tokens", tokens},
                        {"input_token_details", {{"text_tokens", 0}, {"audio_tokens", 20}}}};
  wire_.send(std::move(delta));
  wire_.send(std::move(completed));
}

}  // namespace callosum::sim::openai
