#include "provider/offline/chat_brain.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"
#include "net/client.hpp"
#include "provider/chat/chat_wire.hpp"

namespace callosum::provider::offline {
namespace {

json::object message(std::string_view role, std::string_view text) {
  return {{"role", role}, {"content", text}};
}

/// Every call needs its answer right behind it; calls in a row belong to one message.
void append_call(json::array& messages, const Turn& turn) {
  const json::object function{{"name", turn.name}, {"arguments", turn.text}};
  json::object call{{"id", turn.call_id}, {"type", "function"}, {"function", function}};
  auto* last = messages.empty() ? nullptr : messages.back().if_object();
  auto* calls = last ? last->if_contains("tool_calls") : nullptr;
  if (calls) {
    calls->get_array().push_back(std::move(call));
    return;
  }
  json::array list;
  list.push_back(std::move(call));
  messages.push_back(
      json::object{{"role", "assistant"}, {"content", nullptr}, {"tool_calls", std::move(list)}});
}

class ChatBrain final : public Brain {
 public:
  ChatBrain(ChatBrainOptions options, async::TimeSource& time)
      : options_(std::move(options)), time_(time) {}

  boost::asio::awaitable<Result<Plan>> plan(const std::vector<Turn>& turns,
                                            const json::array& tools,
                                            const std::string& instructions,
                                            async::Deadline deadline) override {
    net::HttpRequest request;
    request.method = "POST";
    request.headers.set("Content-Type", "application/json");
    if (!options_.key.empty()) {
      request.headers.set("Authorization", "Bearer " + options_.key.reveal());
    }
    request.body = encode_chat_request(options_.model, turns, tools, instructions);
    net::HttpClientOptions client;
    client.tls = options_.tls;
    const auto url = options_.url + "/chat/completions";
    const auto response =
        co_await net::send_http(time_, url, std::move(request), std::move(client), deadline);
    if (!response) co_return response.error();
    if (response->status != 200) {
      co_return fail(
          ErrorType::transient, "the language model did not answer",
          "HTTP " + std::to_string(response->status) + " " + response->body.substr(0, 500));
    }
    co_return decode_chat_answer(response->body);
  }

 private:
  ChatBrainOptions options_;
  async::TimeSource& time_;
};

}  // namespace

std::string encode_chat_request(const std::string& model, const std::vector<Turn>& turns,
                                const json::array& tools, const std::string& instructions) {
  json::array messages;
  if (!instructions.empty()) messages.push_back(message("system", instructions));
  for (const auto& turn : turns) {
    switch (turn.kind) {
      case Turn::Kind::system:
        messages.push_back(message("system", turn.text));
        break;
      case Turn::Kind::assistant:
        messages.push_back(message("assistant", turn.text));
        break;
      case Turn::Kind::user:
        messages.push_back(message("user", turn.text.empty() ? "(inaudible)" : turn.text));
        break;
      case Turn::Kind::call:
        append_call(messages, turn);
        break;
      case Turn::Kind::output: {
        auto output = message("tool", turn.text);
        output["tool_call_id"] = turn.call_id;
        messages.push_back(std::move(output));
        break;
      }
    }
  }
  json::object body{{"model", model}, {"messages", std::move(messages)}, {"stream", false}};
  if (auto list = chat::encode_tools(tools); !list.empty()) body["tools"] = std::move(list);
  return json::serialize(body);
}

Result<Plan> decode_chat_answer(std::string_view body) {
  const auto bad = [](std::string why) {
    return fail(ErrorType::transient, "the language model's answer could not be read",
                std::move(why));
  };
  const auto parsed = parse_strict(body);
  if (!parsed) return bad(parsed.error().message);
  const auto* object = parsed->if_object();
  const auto* choices = object ? find_array(*object, "choices") : nullptr;
  const auto* choice = choices && !choices->empty() ? choices->front().if_object() : nullptr;
  const auto* answer = choice ? find_object(*choice, "message") : nullptr;
  if (!answer) return bad("no choices[0].message");
  Plan plan;
  plan.text = trim(text_at(*answer, "content"));
  auto calls = chat::decode_calls(*answer);
  if (!calls) return calls.error();
  for (auto& call : *calls) plan.calls.push_back({std::move(call.name), std::move(call.arguments)});
  return plan;
}

std::unique_ptr<Brain> make_chat_brain(ChatBrainOptions options, async::TimeSource& time) {
  return std::make_unique<ChatBrain>(std::move(options), time);
}

}  // namespace callosum::provider::offline
