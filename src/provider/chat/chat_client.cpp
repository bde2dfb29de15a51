#include "provider/chat/chat_client.hpp"

#include "net/client.hpp"

namespace callosum::provider::chat {
namespace {

constexpr std::size_t kMaxStream = 8 << 20;  // events say each token with much around it

class ChatClient final : public realtime::ChatModel {
 public:
  ChatClient(ChatOptions options, async::TimeSource& time)
      : options_(std::move(options)), time_(time) {}

  boost::asio::awaitable<Result<realtime::ChatAnswer>> ask(
      realtime::ChatRequest asked, std::function<void(std::string_view)> on_text,
      async::Deadline deadline) override {
    net::HttpRequest request;
    request.method = "POST";
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "text/event-stream");
    if (!options_.key.empty()) {
      request.headers.set("Authorization", "Bearer " + options_.key.reveal());
    }
    request.body = encode_request(options_.model, asked, options_.tools);
    StreamDecoder decoder(std::move(on_text), options_.tools);
    Result<void> taken;
    net::HttpClientOptions client;
    client.tls = options_.tls;
    client.max_body_bytes = kMaxStream;
    client.on_body = [&decoder, &taken](int status, std::string_view bytes) {
      if (status == 200 && taken) taken = decoder.feed(bytes);
    };
    const auto url = options_.url + "/chat/completions";
    const auto response =
        co_await net::send_http(time_, url, std::move(request), std::move(client), deadline);
    if (!response) co_return response.error();
    if (response->status != 200) {
      const bool is_refused = response->status == 401 || response->status == 403;
      co_return fail(
          is_refused ? ErrorType::auth : ErrorType::transient, "the language model did not answer",
          "HTTP " + std::to_string(response->status) + " " + response->body.substr(0, 500));
    }
    if (!taken) co_return taken.error();
    co_return decoder.finish();
  }

 private:
  ChatOptions options_;
  async::TimeSource& time_;
};

}  // namespace

std::shared_ptr<realtime::ChatModel> make_chat_model(ChatOptions options, async::TimeSource& time) {
  return std::make_shared<ChatClient>(std::move(options), time);
}

}  // namespace callosum::provider::chat
