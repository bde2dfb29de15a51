#include "provider/chat/chat_wire.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::provider::chat {
namespace {

constexpr std::size_t kMaxLine = 256 * 1024;
constexpr std::size_t kMaxAnswer = 512 * 1024;
constexpr std::int64_t kMaxCalls = 32;
constexpr std::string_view kData = "data:";

Error unreadable(std::string why) {
  return fail(ErrorType::transient, "the language model's answer could not be read",
              std::move(why));
}

/// A choice of one function, which GA names flat.
json::value encode_choice(const json::value& choice) {
  const auto* object = choice.if_object();
  if (!object || text_at(*object, "type") != "function") return choice;
  return json::object{{"type", "function"},
                      {"function", json::object{{"name", text_at(*object, "name")}}}};
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

std::string encode_request(const std::string& model, const realtime::ChatRequest& request) {
  json::object body{{"model", model}, {"messages", request.messages}, {"stream", true}};
  if (auto tools = encode_tools(request.tools); !tools.empty()) {
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

Result<void> StreamDecoder::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (line_.size() > kMaxLine) return unreadable("a line is too long");
    if (end == std::string_view::npos) return {};
    bytes.remove_prefix(end + 1);
    const auto taken = take_line(trim(line_));
    line_.clear();
    if (!taken) return taken;
  }
  return {};
}

Result<void> StreamDecoder::take_line(std::string_view line) {
  if (!line.starts_with(kData)) return {};  // a comment, a field that says nothing here, the end
  const auto data = trim(line.substr(kData.size()));
  if (data == "[DONE]") {
    is_finished_ = true;
    return {};
  }
  return take_chunk(data);
}

Result<void> StreamDecoder::take_chunk(std::string_view data) {
  const auto parsed = parse_strict(data);
  if (!parsed) return unreadable(parsed.error().message);
  const auto* object = parsed->if_object();
  if (!object) return unreadable("a chunk is no object");
  if (const auto* error = find_object(*object, "error")) {
    return fail(ErrorType::transient, "the language model gave up",
                std::string(text_at(*error, "message")));
  }
  const auto* choices = find_array(*object, "choices");
  const auto* choice = choices && !choices->empty() ? choices->front().if_object() : nullptr;
  if (!choice) return {};  // usage alone
  if (find_string(*choice, "finish_reason")) is_finished_ = true;
  const auto* delta = find_object(*choice, "delta");
  if (!delta) return {};
  const auto text = text_at(*delta, "content");
  bytes_ += text.size();
  if (bytes_ > kMaxAnswer) return unreadable("the answer is too long");
  answer_.text += text;
  if (!text.empty() && on_text_) on_text_(text);
  const auto* calls = find_array(*delta, "tool_calls");
  for (const auto& entry : calls ? *calls : json::array{}) {
    const auto* call = entry.if_object();
    if (!call) return unreadable("a tool call is no object");
    const auto taken = take_call(*call);
    if (!taken) return taken;
  }
  return {};
}

/// A call comes in pieces, told apart by its index; some servers send each whole, without one.
Result<void> StreamDecoder::take_call(const json::object& delta) {
  const auto* index = delta.if_contains("index");
  auto at = static_cast<std::int64_t>(answer_.calls.size());
  if (index && index->is_int64()) at = index->get_int64();
  if (at < 0 || at >= kMaxCalls || at > static_cast<std::int64_t>(answer_.calls.size())) {
    return unreadable("a tool call has an index out of turn");
  }
  if (at == static_cast<std::int64_t>(answer_.calls.size())) answer_.calls.emplace_back();
  auto& call = answer_.calls[static_cast<std::size_t>(at)];
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
  if (!line_.empty()) {
    const auto taken = take_line(trim(line_));
    if (!taken) return taken.error();
    line_.clear();
  }
  // Half a call must not run: without its end nobody knows that it is whole.
  if (!is_finished_) return unreadable("the stream ended before the answer did");
  for (const auto& call : answer_.calls) {
    if (call.name.empty()) return unreadable("a tool call without a name");
  }
  return std::move(answer_);
}

}  // namespace callosum::provider::chat
