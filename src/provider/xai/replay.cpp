#include "provider/xai/replay.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "base/json.hpp"

namespace callosum::provider::xai {

using realtime::EventType;

bool Replay::take(const realtime::ServerFrame& frame) {
  if (!is_coming()) return false;
  count(frame.text.size());
  if (has_failed()) return true;
  switch (frame.type) {
    case EventType::session_created:
      return false;
    case EventType::session_updated:
      state_ = State::over;
      return false;
    case EventType::error:  // of our settings or of the conversation: it is begun without
      state_ = State::failed;
      return true;
    case EventType::conversation_item_added:
    case EventType::conversation_item_created:
      keep(frame.text);
      return true;
    default:
      // Its name is wanted; there is no response and no speech yet, whatever else is told.
      return realtime::peek_type_text(frame.text) != "conversation.created";
  }
}

void Replay::count(std::size_t bytes) {
  ++frames_;
  bytes_ += bytes;
  if (frames_ <= kMaxFrames && bytes_ <= kMaxBytes) return;
  state_ = State::failed;
  items_ = {};
}

void Replay::keep(std::string_view text) {
  const auto event = realtime::decode_server_event({realtime::peek_type(text), text});
  const auto* item = event ? find_object(event->body, "item") : nullptr;
  if (!item) return;
  const auto type = text_at(*item, "type");
  realtime::KeptItem kept;
  kept.item_id = text_at(*item, "id");
  if (type == "message") {
    kept.role = text_at(*item, "role");
    kept.text = realtime::item_text(*item);
  } else if (type == "function_call" || type == "function_call_output") {
    kept.call_id = text_at(*item, "call_id");
    kept.is_output = type == "function_call_output";
  }
  if (kept.text.empty() && kept.call_id.empty()) return;
  is_found_ = true;
  items_.push_back(std::move(kept));
}

std::vector<realtime::KeptItem> Replay::take_items() { return std::exchange(items_, {}); }

}  // namespace callosum::provider::xai
