#include "sim/openai/dialogue.hpp"

#include <array>

#include "base/json.hpp"
#include "sim/openai/shapes.hpp"

namespace callosum::sim::openai {
namespace {

json::value or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

}  // namespace

Dialogue::Dialogue(Wire& wire, Timeline& timeline, std::unique_ptr<Session> session)
    : wire_(wire),
      state_{.session = std::move(session)},
      responder_(wire, state_, timeline),
      listener_(wire, state_, timeline, responder_) {
  responder_.on_free = [this](Ms played) {
    auto waiting = std::move(waiting_outputs_);
    waiting_outputs_.clear();
    for (const auto& event : waiting) add_item(event.at("item").get_object(), event);
    listener_.watch_idle(played);
  };
}

void Dialogue::begin() {
  wire_.send({{"type", "session.created"}, {"session", state_.session->effective()}});
}

void Dialogue::on_binary(std::string_view) {
  wire_.note("binary_frames");
  wire_.refuse(
      {"invalid_event", "Binary frames are not supported: send each event as a text frame."});
}

void Dialogue::on_text(std::string_view frame) {
  const auto event = read_event(wire_, frame);
  if (!event) return;
  const auto type = text_at(*event, "type");
  if (!is_client_event(type)) return wire_.refuse(unknown_event_type(type), &*event);
  if (auto problem = check_event(type, *event)) return wire_.refuse(*problem, &*event);
  on_event(type, *event);
}

Dialogue::Handler Dialogue::find_handler(std::string_view type) {
  struct Row {
    std::string_view type;
    Handler handler;
  };
  static constexpr std::array<Row, 11> kRows{
      {{"input_audio_buffer.append", &Dialogue::append_audio},
       {"session.update", &Dialogue::update_session},
       {"input_audio_buffer.commit", &Dialogue::commit_audio},
       {"input_audio_buffer.clear", &Dialogue::clear_audio},
       {"conversation.item.create", &Dialogue::create_item},
       {"conversation.item.retrieve", &Dialogue::retrieve_item},
       {"conversation.item.delete", &Dialogue::delete_item},
       {"conversation.item.truncate", &Dialogue::truncate_item},
       {"response.create", &Dialogue::create_response},
       {"response.cancel", &Dialogue::cancel_response},
       {"output_audio_buffer.clear", &Dialogue::clear_output}}};
  for (const auto& row : kRows) {
    if (row.type == type) return row.handler;
  }
  return nullptr;
}

void Dialogue::on_event(std::string_view type, const json::object& event) {
  if (const auto handler = find_handler(type)) (this->*handler)(event);
}

void Dialogue::update_session(const json::object& event) {
  const SessionMoment moment{.has_spoken = state_.has_spoken,
                             .is_response_active = responder_.is_active()};
  if (auto problem = state_.session->apply(event.at("session"), moment)) {
    return wire_.refuse(*problem, &event);
  }
  record_update(event);
  wire_.send({{"type", "session.updated"}, {"session", state_.session->effective()}});
  fail_mcp_listings(event.at("session").get_object());
}

void Dialogue::record_update(const json::object& event) {
  wire_.world().stats.record_session(wire_.name(), "last_update", event.at("session"));
}

/// This cloud reaches no MCP server, and says so as the real one does.
void Dialogue::fail_mcp_listings(const json::object& session) {
  const auto* tools = find_array(session, "tools");
  if (!tools) return;
  for (const auto& tool : *tools) {
    if (text_at(tool.get_object(), "type") != "mcp") continue;
    const auto item_id = wire_.make_id("mcpl_");
    wire_.send({{"type", "mcp_list_tools.in_progress"}, {"item_id", item_id}});
    wire_.send({{"type", "mcp_list_tools.failed"}, {"item_id", item_id}});
  }
}

void Dialogue::append_audio(const json::object& event) { listener_.append(event); }
void Dialogue::commit_audio(const json::object& event) { listener_.commit(event); }
void Dialogue::clear_audio(const json::object&) { listener_.clear(); }

void Dialogue::create_item(const json::object& event) {
  if (auto problem = check_item(event.at("item"), "item")) return wire_.refuse(*problem, &event);
  const auto& item = event.at("item").get_object();
  const auto id = text_at(item, "id");
  if (!id.empty() && state_.conversation.find(id)) {
    return wire_.refuse(
        {"invalid_value", "An item with the id '" + std::string(id) + "' already exists.",
         "item.id"},
        &event);
  }
  if (text_at(item, "type") == "function_call_output") {
    if (!take_output(wire_, state_, event)) return;
    if (responder_.is_active()) {
      waiting_outputs_.push_back(event);
      return;
    }
  }
  add_item(item, event);
}

void Dialogue::add_item(json::object item, const json::object& event) {
  if (!item.contains("id")) item["id"] = wire_.make_id("item_");
  const auto type = text_at(item, "type");
  if (type == "message" || type == "function_call") item["status"] = "completed";
  if (type == "function_call") {
    if (!item.contains("call_id")) item["call_id"] = wire_.make_id("call_");
    seed_call(state_, item);
  }
  const std::string id(text_at(item, "id"));
  auto body = without_sound(item);
  const auto after = text_at(event, "previous_item_id");
  if (!state_.conversation.insert({.id = id, .body = body}, after)) {
    return wire_.refuse(
        {"invalid_value", "The item with id '" + std::string(after) + "' does not exist.",
         "previous_item_id"},
        &event);
  }
  const auto previous = or_null(state_.conversation.previous_of(id));
  wire_.send({{"type", "conversation.item.added"}, {"previous_item_id", previous}, {"item", body}});
  wire_.send({{"type", "conversation.item.done"}, {"previous_item_id", previous}, {"item", body}});
}

void Dialogue::retrieve_item(const json::object& event) {
  const auto id = text_at(event, "item_id");
  const auto* item = state_.conversation.find(id);
  if (!item) {
    return wire_.refuse(
        {"item_retrieve_invalid_item_id",
         "Error retrieving item: the item with id '" + std::string(id) + "' does not exist.",
         "item_id"},
        &event);
  }
  wire_.send({{"type", "conversation.item.retrieved"}, {"item", item->body}});
}

void Dialogue::delete_item(const json::object& event) {
  const std::string id(text_at(event, "item_id"));
  if (!state_.conversation.erase(id)) {
    return wire_.refuse(
        {"item_delete_invalid_item_id",
         "Error deleting item: the item with id '" + id + "' does not exist.", "item_id"},
        &event);
  }
  wire_.send({{"type", "conversation.item.deleted"}, {"item_id", id}});
}

void Dialogue::truncate_item(const json::object& event) {
  if (auto problem = state_.conversation.truncate(event)) return wire_.refuse(*problem, &event);
  wire_.send({{"type", "conversation.item.truncated"},
              {"item_id", event.at("item_id")},
              {"content_index", event.at("content_index")},
              {"audio_end_ms", event.at("audio_end_ms")}});
}

void Dialogue::create_response(const json::object& event) { responder_.create(event); }
void Dialogue::cancel_response(const json::object& event) { responder_.cancel(event); }

void Dialogue::clear_output(const json::object& event) {
  wire_.refuse(
      {"invalid_event", "output_audio_buffer.clear is only for WebRTC and SIP sessions.", "type"},
      &event);
}

void Dialogue::end() { count_unanswered(wire_, state_); }

}  // namespace callosum::sim::openai
