#include "provider/embedding/embedding_client.hpp"

#include <utility>

#include "net/client.hpp"
#include "provider/embedding/embedding_wire.hpp"

namespace callosum::provider::embedding {
namespace {

// Of one vector, written out.
constexpr std::size_t kMostAnswer = kMostDimensions * 32;

class EmbeddingClient final : public realtime::EmbeddingModel {
 public:
  explicit EmbeddingClient(EmbeddingOptions options) : options_(std::move(options)) {}

  boost::asio::awaitable<Result<std::vector<realtime::Meaning>>> embed(
      std::vector<std::string> texts, async::Deadline deadline) override {
    net::HttpRequest request;
    request.method = "POST";
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json");
    if (!options_.key.empty()) {
      request.headers.set("Authorization", "Bearer " + options_.key.reveal());
    }
    request.body = encode_request(options_.model, texts);
    net::HttpClientOptions client;
    client.tls = options_.tls;
    client.max_body_bytes = kMostAnswer * texts.size();
    client.may_repeat = true;
    auto sending = net::send_http(deadline.time(), options_.url + "/embeddings", std::move(request),
                                  std::move(client), deadline);
    const auto answer = co_await std::move(sending);
    // A certificate that has run out, say, is no fault of the texts, and will be mended.
    if (!answer)
      co_return fail(type_of(answer.error()), answer.error().message, answer.error().detail);
    if (answer->status != 200) co_return refusal(*answer);
    co_return decode_answer(answer->body, texts.size());
  }

 private:
  static ErrorType type_of(const Error& why) {
    return why.type == ErrorType::timeout ? why.type : ErrorType::transient;
  }
  /// A server may repeat the key that it refuses: of that nothing is passed on.
  Error refusal(const net::HttpResponse& answer) const {
    const auto status = answer.status;
    auto detail = "HTTP " + std::to_string(status);
    if (status == 401 || status == 403) {
      return fail(ErrorType::auth, "the embeddings server does not take our key", detail);
    }
    const auto words = decode_refusal(answer.body);
    const bool is_safe =
        options_.key.empty() || words.find(options_.key.reveal()) == std::string::npos;
    if (!words.empty() && is_safe) detail += ": " + words;
    // All else is not about these texts: a model that is not there (yet), a wrong address.
    const bool is_about_texts = status == 400 || status == 413 || status == 422;
    if (status == 429) return fail(ErrorType::rate_limit, "the embeddings server is busy", detail);
    if (!is_about_texts) {
      return fail(ErrorType::transient, "the embeddings server did not answer", detail);
    }
    return fail(ErrorType::permanent, "the embeddings server refuses what it was asked", detail);
  }

  const EmbeddingOptions options_;
};

}  // namespace

std::shared_ptr<realtime::EmbeddingModel> make_embedding_model(EmbeddingOptions options) {
  return std::make_shared<EmbeddingClient>(std::move(options));
}

}  // namespace callosum::provider::embedding
