#include "provider/chat/chat_wire.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::provider::chat {
namespace {

constexpr std::size_t kMaxAnswer = 512 * 1024;
constexpr std::size_t kMaxCalls = 32;

Error unreadable(std::string why) {
  return fail(ErrorType::transient, "the language model's answer could not be read",
              std::move(why));
}

Error gave_up(std::string why) {
  return fail(ErrorType::transient, "the language model gave up", std::move(why));
}

/// A choice of one function, which GA names flat.
json::value encode_choice(const json::value& choice) {
  const auto* object = choice.if_object();
  if (!object || text_at(*object, "type") != "function") return choice;
  return json::object{{"type", "function"},
                      {"function", json::object{{"name", text_at(*object, "name")}}}};
}

/// What an `error` says, of whatever shape; nothing: there is none.
std::optional<std::string> error_of(const json::object& object) {
  const auto* error = object.if_contains("error");
  if (!error || error->is_null() || *error == false || *error == "") return std::nullopt;
  if (const auto* details = error->if_object()) return std::string(text_at(*details, "message"));
  return error->is_string() ? std::string(error->get_string()) : json::serialize(*error);
}

bool is_first(const json::object& choice) {
  const auto* index = choice.if_contains("index");
  return !index || !index->is_int64() || index->get_int64() == 0;
}

}  // namespace

json::array encode_tools(const json::array& tools) {
  json::array out;
  for (const auto& entry : tools) {
    const auto* tool = entry.if_object();
    if (!tool || text_at(*tool, "type") != "function") continue;
    json::object function = *tool;
    function.erase("type");
    out.push_back(json::object{{"type", "function"}, {"function", function}});
  }
  return out;
}

std::string encode_request(const std::string& model, const realtime::ChatRequest& request,
                           ToolStyle style) {
  const bool is_native = style == ToolStyle::native;
  json::object body{{"model", model},
                    {"messages", is_native ? request.messages : write_inline(request)},
                    {"stream", true}};
  // Most know this one, and those that do not pass over it; a schema is more often refused
  // (protocols §3.2).
  if (request.wants_object) body["response_format"] = json::object{{"type", "json_object"}};
  auto tools = is_native ? encode_tools(request.tools) : json::array();
  if (!tools.empty()) {
    body["tools"] = std::move(tools);
    // Without a choice of its own a server takes "auto".
    const bool is_auto = request.tool_choice.is_null() || request.tool_choice == "auto";
    if (!is_auto) body["tool_choice"] = encode_choice(request.tool_choice);
  }
  return json::serialize(body);
}

Result<std::vector<realtime::ChatCall>> decode_calls(const json::object& message) {
  std::vector<realtime::ChatCall> out;
  const auto* calls = find_array(message, "tool_calls");
  for (const auto& entry : calls ? *calls : json::array{}) {
    const auto* call = entry.if_object();
    const auto* function = call ? find_object(*call, "function") : nullptr;
    if (!function) return unreadable("a tool call without a function");
    out.push_back({std::string(text_at(*call, "id")), std::string(text_at(*function, "name")),
                   std::string(text_at(*function, "arguments"))});
  }
  return out;
}

StreamDecoder::StreamDecoder(std::function<void(std::string_view)> on_text, ToolStyle style,
                             bool takes_calls)
    : on_text_(std::move(on_text)) {
  if (style == ToolStyle::in_words) {
    inline_.emplace([this](std::string_view text) { pass(text); }, takes_calls);
  }
}

Result<void> StreamDecoder::feed(std::string_view bytes) {
  std::vector<StreamEvent> events;
  const auto fed = stream_.feed(bytes, events);
  for (const auto& event : events) {
    const auto taken = take_event(event);
    if (!taken) return taken;
  }
  return fed;
}

Result<void> StreamDecoder::take_event(const StreamEvent& event) {
  if (is_done_) return {};
  if (!event.error.empty()) {
    const auto parsed = parse_strict(event.error);
    const auto* object = parsed ? parsed->if_object() : nullptr;
    return gave_up(object ? std::string(text_at(*object, "message")) : event.error);
  }
  const auto data = trim(event.data);
  if (data.starts_with("[DONE]")) {
    is_done_ = true;
    return {};
  }
  return data.empty() ? Result<void>() : take_chunk(data);
}

Result<void> StreamDecoder::take_chunk(std::string_view data) {
  const auto parsed = parse_strict(data);
  if (!parsed) return unreadable(parsed.error().message);
  const auto* object = parsed->if_object();
  if (!object) return unreadable("a chunk is no object");
  if (auto error = error_of(*object)) return gave_up(std::move(*error));
  const auto* groq = find_object(*object, "x_groq");
  if (groq) {
    if (auto error = error_of(*groq)) return gave_up(std::move(*error));
  }
  const auto* choices = find_array(*object, "choices");
  for (const auto& entry : choices ? *choices : json::array{}) {  // none: usage, or a filter's word
    const auto* choice = entry.if_object();
    if (!choice || !is_first(*choice)) continue;
    const auto taken = take_choice(*choice);
    if (!taken) return taken;
  }
  return {};
}

Result<void> StreamDecoder::take_choice(const json::object& choice) {
  if (const auto* delta = find_object(choice, "delta")) {
    const auto spoken = take_text(text_at(*delta, "content"));
    if (!spoken) return spoken;
    const auto refused = take_text(text_at(*delta, "refusal"));
    if (!refused) return refused;
    const auto* calls = find_array(*delta, "tool_calls");
    for (const auto& entry : calls ? *calls : json::array{}) {
      const auto* call = entry.if_object();
      if (!call) return unreadable("a tool call is no object");
      const auto taken = take_call(*call);
      if (!taken) return taken;
    }
  }
  const auto reason = text_at(choice, "finish_reason");
  if (!reason.empty()) finish_reason_ = reason;
  return {};
}

Result<void> StreamDecoder::take_text(std::string_view text) {
  bytes_ += text.size();
  if (bytes_ > kMaxAnswer) return unreadable("the answer is too long");
  if (inline_) return inline_->feed(text);
  pass(text);
  return {};
}

void StreamDecoder::pass(std::string_view text) {
  if (text.empty() || !answer_.calls.empty()) return;
  answer_.text += text;
  if (on_text_) on_text_(text);
}

/// Calls are told apart by index; some servers name none, and some name one for all of them.
Result<std::size_t> StreamDecoder::place_of(const json::object& delta) {
  auto& calls = answer_.calls;
  const auto* index = delta.if_contains("index");
  const bool has_index = index && index->is_int64();
  const auto known = has_index ? places_.find(index->get_int64()) : places_.end();
  const auto id = text_at(delta, "id");
  if (known != places_.end()) {
    const auto& before = calls[known->second].id;
    if (id.empty() || before.empty() || id == before) return known->second;
  } else if (has_index) {
    const auto expected = places_.empty() ? 0 : places_.rbegin()->first + 1;
    if (index->get_int64() != expected) return unreadable("a tool call has an index out of turn");
  }
  if (calls.size() >= kMaxCalls) return unreadable("too many tool calls");
  calls.emplace_back();
  if (has_index) places_[index->get_int64()] = calls.size() - 1;
  return calls.size() - 1;
}

Result<void> StreamDecoder::take_call(const json::object& delta) {
  const auto place = place_of(delta);
  if (!place) return place.error();
  auto& call = answer_.calls[*place];
  const auto* function = find_object(delta, "function");
  if (call.id.empty()) call.id = text_at(delta, "id");
  if (!function) return {};
  if (call.name.empty()) call.name = text_at(*function, "name");
  const auto arguments = text_at(*function, "arguments");
  bytes_ += arguments.size();
  if (bytes_ > kMaxAnswer) return unreadable("the answer is too long");
  call.arguments += arguments;
  return {};
}

Result<realtime::ChatAnswer> StreamDecoder::finish() {
  // Half a call must not run: without its end nobody knows that it is whole.
  if (finish_reason_.empty()) return unreadable("the stream ended before the answer did");
  if (inline_) {
    const auto whole = inline_->finish();
    if (!whole) return whole.error();
    answer_.calls = std::move(inline_->calls());
  }
  if (answer_.calls.empty()) return std::move(answer_);
  if (finish_reason_ == "length" || finish_reason_ == "content_filter") {
    return unreadable("the answer was cut off in the middle of a tool call: " + finish_reason_);
  }
  for (const auto& call : answer_.calls) {
    if (call.name.empty()) return unreadable("a tool call without a name");
    if (!parse_arguments(call.arguments))
      return unreadable("a tool call's arguments are no object");
  }
  return std::move(answer_);
}

}  // namespace callosum::provider::chat
