#include "sim/chat/stream.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::sim::chat {
namespace {

constexpr std::size_t kPieceBytes = 7;  // about a token, and never a whole sentence

/// Pieces that never cut a character.
std::vector<std::string> pieces_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    auto end = std::min(text.size(), at + kPieceBytes);
    while (end < text.size() && (text[end] & 0xc0) == 0x80) ++end;
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

/// Each ends behind a backslash, where there is one.
std::vector<std::string> split_escapes(const std::string& text) {
  std::vector<std::string> out;
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') continue;
    out.push_back(text.substr(from, at + 1 - from));
    from = at + 1;
    ++at;  // what is escaped
  }
  out.push_back(text.substr(from));
  return out;
}

std::vector<const CallPlan*> calls_of(const Reply& reply) {
  std::vector<const CallPlan*> out;
  for (const auto& part : reply.parts) {
    if (part.call) out.push_back(&*part.call);
  }
  return out;
}

/// Writes the events of one answer in order.
class Writer {
 public:
  Writer(const Wire& wire, const StreamWish& wish) : wire_(wire), wish_(wish) {}

  std::vector<std::string> write(const Reply& reply) {
    begin();
    write_parts(reply);
    end(reply);
    return std::move(events_);
  }
  /// An error under way, as the server writes it, and what it ends with.
  std::string error() const;

 private:
  bool is(Server server) const { return wire_.server == server; }
  std::string event(const json::object& data, std::string_view field = "data") const {
    return text(field, json::serialize(data));
  }
  std::string text(std::string_view field, const std::string& data) const {
    const std::string line = wire_.has_crlf ? "\r\n" : "\n";
    return std::string(field) + (wire_.has_no_space ? ":" : ": ") + data + line + line;
  }
  json::object chunk(json::array choices) const;
  void add(json::object delta, json::value finish = nullptr);
  void begin();
  void write_parts(const Reply& reply);
  void write_call(const CallPlan& call);
  json::object call_head(const CallPlan& call, std::string_view arguments);
  void write_all_at_once(const std::vector<const CallPlan*>& calls);
  void end(const Reply& reply);
  static json::object usage() {
    return {{"prompt_tokens", 20}, {"completion_tokens", 10}, {"total_tokens", 30}};
  }

  const Wire& wire_;
  const StreamWish& wish_;
  std::vector<std::string> events_;
  std::size_t calls_ = 0;
};

json::object Writer::chunk(json::array choices) const {
  return {{"id", "chatcmpl-sim"},
          {"object", "chat.completion.chunk"},
          {"created", 0},
          {"model", "sim"},
          {"choices", std::move(choices)}};
}

void Writer::add(json::object delta, json::value finish) {
  if (is(Server::ollama)) {
    delta["role"] = "assistant";
    if (!delta.contains("content")) delta["content"] = "";
  }
  json::object choice{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", finish}};
  if (is(Server::azure)) choice["content_filter_results"] = json::object();
  auto out = chunk({std::move(choice)});
  const bool is_edge = events_.empty() || !finish.is_null();
  if (is(Server::groq) && is_edge) {
    out["x_groq"] = {{"id", "req_sim"}};
    if (!finish.is_null()) out["x_groq"].get_object()["usage"] = usage();
  }
  if (is(Server::vllm)) out["usage"] = usage();
  events_.push_back(event(out));
}

void Writer::begin() {
  if (is(Server::azure)) {
    auto filters = chunk({});
    filters["prompt_filter_results"] = json::array{{{"prompt_index", 0}}};
    events_.push_back(event(filters));
  }
  if (is(Server::ollama)) return;
  if (is(Server::llamacpp)) return add({{"role", "assistant"}, {"content", nullptr}});
  add({{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}});
}

void Writer::write_parts(const Reply& reply) {
  const auto calls = calls_of(reply);
  const bool is_one = is(Server::llamacpp) ? !wish_.may_be_parallel : false;
  for (const auto& part : reply.parts) {
    for (const auto& piece : pieces_of(part.text)) add({{"content", piece}});
    if (!part.call || wire_.has_one_chunk || (is_one && calls_ > 0)) continue;
    write_call(*part.call);
  }
  if (wire_.has_one_chunk && !calls.empty()) write_all_at_once(calls);
}

json::object Writer::call_head(const CallPlan& call, std::string_view arguments) {
  const auto index = wire_.has_one_index || is(Server::vllm) ? 0 : calls_;
  ++calls_;
  json::object out{{"index", index},
                   {"id", call.call_id},
                   {"type", "function"},
                   {"function", {{"name", call.name}, {"arguments", arguments}}}};
  if (wire_.has_no_ids) out.erase("id");
  return out;
}

void Writer::write_call(const CallPlan& call) {
  if (is(Server::ollama)) {
    return add({{"tool_calls", json::array{call_head(call, call.arguments)}}});
  }
  const auto head = call_head(call, "");
  const auto index = head.at("index");
  add({{"tool_calls", json::array{head}}});
  const auto pieces = !call.pieces.empty()   ? call.pieces
                      : wire_.splits_escapes ? split_escapes(call.arguments)
                                             : pieces_of(call.arguments);
  for (const auto& piece : pieces) {
    json::object more{{"index", index}, {"function", {{"arguments", piece}}}};
    if (is(Server::vllm)) {
      more["id"] = "";
      more["function"].get_object()["name"] = nullptr;
    }
    add({{"tool_calls", json::array{std::move(more)}}});
  }
}

void Writer::write_all_at_once(const std::vector<const CallPlan*>& calls) {
  json::array all;
  for (const auto* call : calls) all.push_back(call_head(*call, call->arguments));
  add({{"tool_calls", std::move(all)}});
}

void Writer::end(const Reply& reply) {
  std::string finish = calls_ > 0 ? "tool_calls" : "stop";
  if (!reply.incomplete.empty()) {
    finish = reply.incomplete == "max_output_tokens" ? "length" : reply.incomplete;
  }
  if (!wire_.finish.empty()) finish = wire_.finish;
  if (is(Server::azure)) {
    // What its filter says of the text so far has no delta.
    events_.push_back(event(chunk({json::object{
        {"index", 0}, {"finish_reason", nullptr}, {"content_filter_offsets", json::object()}}})));
  }
  if (!wire_.has_no_finish) add({}, json::value(finish));
  if (wish_.has_usage) {
    auto last = chunk({});
    last["usage"] = usage();
    events_.push_back(event(last));
  }
  if (!wire_.has_no_done) events_.push_back(text("data", "[DONE]"));
}

std::string Writer::error() const {
  const json::object details{
      {"message", wire_.error}, {"type", "server_error"}, {"param", nullptr}, {"code", 500}};
  if (is(Server::ollama)) {
    return event(chunk({json::object{{"index", 0},
                                     {"delta", {{"role", "assistant"}, {"content", ""}}},
                                     {"finish_reason", nullptr}}}));
  }
  if (is(Server::llamacpp)) return event(details, "error") + text("data", "[DONE]");
  if (is(Server::groq)) {
    auto out = chunk({});
    out["x_groq"] = {{"id", "req_sim"}, {"error", wire_.error}};
    return event(out);
  }
  return event({{"error", details}});
}

bool breaks_off(const Reply& reply) {
  return std::any_of(reply.faults.begin(), reply.faults.end(),
                     [](const auto& fault) { return fault.kind == FaultKind::disconnect; });
}

/// Where the body is cut into pieces that end inside a letter of several bytes, or inside a line.
std::vector<std::string> split_letters(const std::string& text) {
  std::vector<std::string> out;
  std::size_t from = 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const bool is_inside = (text[at] & 0xc0) == 0x80;
    if (!is_inside && at - from < 11) continue;
    out.push_back(text.substr(from, at - from));
    from = at;
  }
  out.push_back(text.substr(from));
  return out;
}

}  // namespace

StreamPlan plan_stream(const Reply& reply, const Wire& wire, const StreamWish& wish) {
  Writer writer(wire, wish);
  auto events = writer.write(reply);
  StreamPlan plan;
  plan.head.headers.set("Content-Type", "text/event-stream");
  if (breaks_off(reply)) {
    events.resize((events.size() + 1) / 2);
    plan.cut = Manner::eof;
  }
  const auto first = std::max(wire.first_token, reply.start_delay);
  const auto each = std::max(wire.token, reply.delay);
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto delay = i == 0 ? first : each;
    if (i + 1 == wire.stall_at) delay += wire.stall;
    auto text = wire.has_pings ? ": ping\n\n" + events[i] : std::move(events[i]);
    auto pieces = wire.splits_letters ? split_letters(text) : std::vector<std::string>{text};
    for (auto& piece : pieces)
      plan.pieces.push_back({std::exchange(delay, Ms(0)), std::move(piece)});
    if (i + 1 == wire.error_after) {
      plan.pieces.push_back({each, writer.error()});
      return plan;
    }
    if (i + 1 != wire.cut_after) continue;
    plan.cut = wire.cut_manner;
    return plan;
  }
  return plan;
}

}  // namespace callosum::sim::chat
