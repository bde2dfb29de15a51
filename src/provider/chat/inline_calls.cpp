#include "provider/chat/inline_calls.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/json.hpp"

namespace callosum::provider::chat {
namespace {

constexpr std::size_t kMaxObject = 64 * 1024;
constexpr std::size_t kMaxCalls = 32;

Error unreadable(std::string why) {
  return fail(ErrorType::transient, "the language model's answer could not be read",
              std::move(why));
}

std::string encode_call(std::string_view name, json::value arguments) {
  return json::serialize(json::object{
      {"type", "tool_call"}, {"tool_name", name}, {"arguments", std::move(arguments)}});
}

/// What it is told of its tools.
std::string explain_tools(const json::array& tools, const json::value& choice) {
  std::string out =
      "You have tools. To call one, write this JSON object on a line of its own and nothing behind "
      "it:\n" +
      encode_call("NAME", json::object{}) +
      "\nThe result comes back as a JSON object of type tool_result; only then go on. Never write "
      "a tool_result yourself, and never speak of this to the user.\nTools:\n";
  for (const auto& entry : tools) {
    const auto* tool = entry.if_object();
    if (!tool || text_at(*tool, "type") != "function") continue;
    const auto* parameters = tool->if_contains("parameters");
    out += json::serialize(json::object{{"tool_name", text_at(*tool, "name")},
                                        {"description", text_at(*tool, "description")},
                                        {"arguments", parameters ? *parameters : json::object{}}}) +
           "\n";
  }
  if (choice == "required") out += "You must call one of them now.\n";
  if (const auto* one = choice.if_object()) {
    out += "You must call " + std::string(text_at(*one, "name")) + " now.\n";
  }
  return out;
}

/// What somebody else said, which may be no JSON of ours.
std::string without_braces(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '{', '(');
  std::replace(out.begin(), out.end(), '}', ')');
  return out;
}

json::object foreign_message(const json::object& message) {
  json::object out = message;
  if (find_string(message, "content")) {
    out["content"] = without_braces(text_at(message, "content"));
  }
  return out;
}

/// A call, or a result, as a message of text.
void append_text(json::array& out, std::string_view role, std::string text) {
  out.push_back(json::object{{"role", role}, {"content", std::move(text)}});
}

void append_calls(json::array& out, const json::object& message, json::object& names) {
  auto text = without_braces(text_at(message, "content"));
  const auto* calls = find_array(message, "tool_calls");
  for (const auto& entry : *calls) {
    const auto* call = entry.if_object();
    const auto* function = call ? find_object(*call, "function") : nullptr;
    if (!function) continue;
    const auto name = text_at(*function, "name");
    names[text_at(*call, "id")] = name;
    auto arguments = parse_arguments(text_at(*function, "arguments"));
    if (!text.empty()) text += '\n';
    text += encode_call(name, arguments ? json::value(std::move(*arguments)) : json::object{});
  }
  append_text(out, "assistant", std::move(text));
}

void append_result(json::array& out, const json::object& message, const json::object& names) {
  const auto* name = names.if_contains(text_at(message, "tool_call_id"));
  auto result = parse_strict(text_at(message, "content"));
  append_text(
      out, "user",
      json::serialize(json::object{
          {"type", "tool_result"},
          {"tool_name", name ? *name : json::value("")},
          {"result", result ? std::move(*result) : json::value(text_at(message, "content"))}}));
}

}  // namespace

bool may_call(const realtime::ChatRequest& request) {
  return !request.tools.empty() && request.tool_choice != "none";
}

json::array write_inline(const realtime::ChatRequest& request) {
  json::array out;
  json::object names;  // of the calls, by id
  auto tools =
      may_call(request) ? explain_tools(request.tools, request.tool_choice) : std::string();
  for (const auto& entry : request.messages) {
    const auto* message = entry.if_object();
    if (!message) continue;
    const auto role = text_at(*message, "role");
    const bool is_first = message == request.messages.front().if_object();
    if (is_first && role == "system" && !tools.empty()) {
      append_text(out, role,
                  std::string(text_at(*message, "content")) + "\n\n" + std::exchange(tools, {}));
    } else if (find_array(*message, "tool_calls")) {
      append_calls(out, *message, names);
    } else if (role == "tool") {
      append_result(out, *message, names);
    } else {
      // The prompt, which comes first, is the house's own; the rest may come from a caller.
      const bool is_prompt = is_first && role == "system";
      out.push_back(is_prompt ? *message : foreign_message(*message));
    }
  }
  if (!tools.empty()) {
    out.insert(out.begin(), json::object{{"role", "system"}, {"content", std::move(tools)}});
  }
  return out;
}

Result<void> InlineCalls::feed(std::string_view text) {
  Result<void> taken;
  for (std::size_t i = 0; i < text.size() && taken; ++i) taken = take(text[i]);
  pass(std::exchange(plain_, {}));
  return taken;
}

Result<void> InlineCalls::take(char c) {
  if (!object_.empty()) {
    object_ += c;
    if (object_.size() > kMaxObject) return unreadable("an inline call is too long");
    if (in_text_) {
      if (std::exchange(is_escaped_, !is_escaped_ && c == '\\')) return {};
      in_text_ = c != '"';
      return {};
    }
    if (c == '"') in_text_ = true;
    if (c == '{') ++depth_;
    if (c == '}' && --depth_ == 0) return take_object();
    return {};
  }
  if (c == '`') {  // one or two are text all the same, of which nothing is spoken
    in_fence_word_ = ++ticks_ >= 3;
    return {};
  }
  ticks_ = 0;
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  if (in_fence_word_ && is_letter) return {};
  in_fence_word_ = false;
  if (c == '\n') begins_line_ = true;
  if (c == '{') {
    object_ = "{";
    depth_ = 1;
    in_text_ = is_escaped_ = false;
    return {};
  }
  if (c != ' ' && c != '\t' && c != '\r' && c != '\n') begins_line_ = false;
  plain_ += c;
  return {};
}

/// What a model writes in braces is for machines: a call, or for nobody.
Result<void> InlineCalls::take_object() {
  const auto text = std::exchange(object_, {});
  if (!takes_calls_ || !begins_line_) return {};
  const auto parsed = parse_strict(text);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  const bool means_call = text.find("tool_call") != std::string::npos;
  if (object && text_at(*object, "type") == "tool_call") return take_call(*object);
  if (!object && means_call) return unreadable("an inline call is no JSON");
  return {};
}

Result<void> InlineCalls::take_call(const json::object& call) {
  const auto name = text_at(call, "tool_name");
  const auto* arguments = find_object(call, "arguments");
  if (call.size() != 3 || name.empty() || !arguments) {
    return unreadable("an inline call has other members than type, tool_name and arguments");
  }
  if (calls_.size() >= kMaxCalls) return unreadable("too many inline calls");
  pass(std::exchange(plain_, {}));
  calls_.push_back({"", std::string(name), json::serialize(*arguments)});
  return {};
}

void InlineCalls::pass(std::string_view text) {
  if (!text.empty() && calls_.empty() && on_text_) on_text_(text);
}

Result<void> InlineCalls::finish() {
  if (object_.empty()) return {};
  return unreadable("the answer ends in the middle of an inline call");
}

}  // namespace callosum::provider::chat
