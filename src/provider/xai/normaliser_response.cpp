// A response: its items numbered, each of its calls told once, and always an end.
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "provider/xai/item_shape.hpp"
#include "provider/xai/normaliser_event.hpp"

namespace callosum::provider::xai {
namespace {

constexpr std::size_t kMaxPast = 16;
constexpr std::size_t kMaxCalls = 256;

void remember(Deque<std::string>& list, std::string_view id, std::size_t most) {
  if (list.size() >= most) list.pop_front();
  list.emplace_back(id);
}

bool has(const Deque<std::string>& list, std::string_view id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

}  // namespace

void Normaliser::note_call(std::string_view call_id) { remember(calls_, call_id, kMaxCalls); }

bool Normaliser::knows_call(std::string_view call_id) const { return has(calls_, call_id); }

bool Normaliser::is_past(std::string_view response_id) const { return has(past_, response_id); }

bool Normaliser::is_of_running(Event& event) {
  const auto id = text_at(event.body, "response_id");
  // Its beginning was lost on the way.
  if (!running_.is_running() && !id.empty() && !is_past(id)) begin_response(id, {}, event.out);
  return running_.is_running() && (id.empty() || id == running_.id());
}

bool Normaliser::on_created(Event& event) {
  const auto* response = find_object(event.body, "response");
  const std::string id(response ? text_at(*response, "id") : std::string_view());
  if (id.empty() || id == running_.id() || is_past(id)) return false;
  if (running_.is_running()) end_unfinished(event.out);  // left behind by an interruption
  const auto* echoed = find_object(*response, "metadata");
  begin_response(id, echoed ? *echoed : json::object{}, event.out);
  return false;
}

void Normaliser::begin_response(std::string_view id, const json::object& metadata, Frames& out) {
  was_cut_short_ = false;
  auto of = turns_.on_created();
  if (!metadata.empty()) of.metadata = metadata;
  running_.begin(std::string(id), std::move(of), session_.response_settings());
  say({{"type", "response.created"}, {"response", running_.created(conversation_id_)}}, out);
  for (const auto& outrun : turns_.take_outrun()) {
    say_error(
        {{"type", "invalid_request_error"},
         {"code", "conversation_already_has_active_response"},
         {"message", "Conversation already has an active response in progress: " + running_.id() +
                         ". Wait until the response is finished before creating a new one."},
         {"param", nullptr},
         {"event_id", outrun}},
        out);
  }
}

/// One call under two items, or an item twice: the first counts. One that says neither which nor
/// what it is does not.
bool Normaliser::is_again(const json::object& item) {
  if (text_at(item, "id").empty() || text_at(item, "type").empty()) return true;
  if (running_.find(text_at(item, "id"))) return true;
  return text_at(item, "type") == "function_call" && knows_call(text_at(item, "call_id"));
}

/// A call that was announced without its id may turn out to be one that is known.
bool Normaliser::names_call(OutputItem& item, const json::object& seen) {
  const auto call_id = text_at(seen, "call_id");
  if (!item.call_id.empty() || text_at(item.item, "type") != "function_call") return true;
  if (call_id.empty() || knows_call(call_id)) return false;
  item.call_id = call_id;
  note_call(call_id);
  return true;
}

void Normaliser::add_output(Event& event, const json::object& item) {
  auto* added = running_.add(item);
  if (!added) return;
  if (!added->call_id.empty()) note_call(added->call_id);
  say({{"type", "response.output_item.added"},
       {"response_id", running_.id()},
       {"output_index", added->index},
       {"item", item}},
      event.out);
}

bool Normaliser::on_output_item_added(Event& event) {
  const auto* found = find_object(event.body, "item");
  if (!found || !is_of_running(event) || is_again(*found)) return false;
  json::object item = *found;
  mend_item(item);
  add_output(event, item);
  return false;
}

bool Normaliser::on_output_item_done(Event& event) {
  const auto* found = find_object(event.body, "item");
  if (!found) return false;
  json::object seen = *found;
  mend_item(seen);
  if (!is_of_running(event)) return on_late_item(event, std::move(seen));
  const std::string id(text_at(seen, "id"));
  if (!running_.find(id)) {
    if (is_again(seen)) return false;
    add_output(event, seen);  // its beginning was lost
  }
  auto* item = running_.find(id);
  if (item && !item->is_ended && names_call(*item, seen)) {
    end_item(*item, std::move(seen), "completed", event.out);
  }
  return false;
}

void Normaliser::end_item(OutputItem& item, json::object seen, std::string_view status,
                          Frames& out) {
  running_.finish(item, std::move(seen), status);
  if (!running_.is_outside()) {
    const bool is_new = !items_.knows(item.id);
    const auto before = std::string(items_.before(item.id));
    items_.keep(item.item);
    if (is_new) {
      say_item("conversation.item.added", item.item,
               before.empty() ? json::value(nullptr) : json::value(before), out);
    }
    if (items_.mark_done(item.id)) say_item("conversation.item.done", item.item, nullptr, out);
  }
  say({{"type", "response.output_item.done"},
       {"response_id", running_.id()},
       {"output_index", item.index},
       {"item", item.item}},
      out);
}

bool Normaliser::on_done(Event& event) {
  const json::object none;
  const auto* found = find_object(event.body, "response");
  const auto& response = found ? *found : none;
  auto id = text_at(response, "id");
  if (id.empty()) id = text_at(event.body, "response_id");
  if (!running_.is_running() && !id.empty() && !is_past(id)) begin_response(id, {}, event.out);
  if (!running_.is_running() || (!id.empty() && id != running_.id())) return false;
  const bool is_cut = event.type == "response.cancelled";
  const std::string status(is_cut ? "cancelled" : mend_status(text_at(response, "status")));
  // Calls whose own end was lost on the way.
  if (const auto* output = find_array(response, "output"); output && status == "completed") {
    for (const auto& entry : *output) {
      const auto* object = entry.if_object();
      if (!object || text_at(*object, "type") != "function_call") continue;
      json::object item = *object;
      mend_item(item);
      if (!is_again(item)) add_output(event, item);
      auto* added = running_.find(text_at(item, "id"));
      if (added && !added->is_ended && names_call(*added, item)) {
        end_item(*added, std::move(item), "completed", event.out);
      }
    }
  }
  const auto* told = find_object(response, "status_details");
  json::value details = nullptr;
  if (told) details = *told;
  end_response(status, std::move(details), mend_usage(event.body, response), event.out);
  return false;
}

void Normaliser::end_unfinished(Frames& out) {
  if (!running_.is_running()) return;
  was_cut_short_ = true;
  end_response("cancelled", nullptr, nullptr, out);
}

void Normaliser::end_response(std::string_view status, json::value details, json::value usage,
                              Frames& out) {
  const bool is_complete = status == "completed";
  for (auto& item : running_.items()) {
    if (item.is_ended) continue;
    const bool is_call = text_at(item.item, "type") == "function_call";
    const bool has_all = !is_call || (item.has_arguments && !item.call_id.empty());
    if (is_call && !(is_complete && has_all)) keep_late(item);
    end_item(item, {}, is_complete && has_all ? "completed" : "incomplete", out);
  }
  if (status == "cancelled" && !details.is_object()) {
    const auto* reason = running_.is_cancelled() ? "client_cancelled" : "turn_detected";
    details = json::object{{"type", "cancelled"}, {"reason", reason}};
  }
  auto response = running_.done(conversation_id_, status, std::move(details));
  response["usage"] = std::move(usage);
  remember(past_, running_.id(), kMaxPast);
  running_.end();
  turns_.on_done();
  say({{"type", "response.done"}, {"response", std::move(response)}}, out);
}

}  // namespace callosum::provider::xai
