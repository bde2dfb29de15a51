#include "provider/openai/client_secret.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "net/client.hpp"

namespace callosum::provider::openai {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxAnswer = 512 * 1024;  // it repeats the whole session
constexpr std::size_t kMaxSecret = 4096;
constexpr std::size_t kMaxId = 256;

/// The provider's code for what went wrong, where it is one word: its message may quote our key.
std::string code_of(std::string_view body) {
  const auto parsed = parse_strict(body.substr(0, 16 * 1024));
  const auto* fields = parsed ? parsed->if_object() : nullptr;
  const auto* error = fields ? find_object(*fields, "error") : nullptr;
  const auto code = error ? text_at(*error, "code") : std::string_view();
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const bool is_word = code.size() <= 40 && std::all_of(code.begin(), code.end(), is_plain);
  return is_word ? std::string(code) : std::string();
}

Error refused(int status, std::string_view body) {
  const auto detail = "HTTP " + std::to_string(status) + " " + code_of(body);
  if (status == 429 || status >= 500) {
    return fail(ErrorType::transient, "the voice provider is busy; try again later", detail);
  }
  return fail(ErrorType::permanent,
              "the voice provider did not make a credential; the gateway's log says why", detail);
}

}  // namespace

std::string client_secrets_url(const std::string& socket_url) {
  auto url = socket_url.substr(0, socket_url.find('?'));
  if (url.starts_with("ws")) url.replace(0, 2, "http");
  while (url.ends_with('/')) url.pop_back();
  return url + "/client_secrets";
}

Result<MintedSecret> decode_minted_secret(std::string_view body) {
  const auto parsed = parse_strict(body, {.max_bytes = kMaxAnswer, .max_depth = 64});
  const auto* fields = parsed ? parsed->if_object() : nullptr;
  const auto value = fields ? text_at(*fields, "value") : std::string_view();
  const auto* expires = fields ? fields->if_contains("expires_at") : nullptr;
  if (value.empty() || value.size() > kMaxSecret || !expires || !expires->is_int64()) {
    return fail(ErrorType::invalid_output, "the voice provider's answer cannot be read");
  }
  const auto* session = find_object(*fields, "session");
  const auto id = session ? text_at(*session, "id") : std::string_view();
  // Optional on the wire of others than OpenAI: without it the session has our id alone.
  const bool is_id = id.size() <= kMaxId;
  return MintedSecret{std::string(value), expires->get_int64(), std::string(is_id ? id : "")};
}

asio::awaitable<Result<MintedSecret>> mint_client_secret(async::TimeSource& time,
                                                         OpenAiOptions options, std::string body,
                                                         async::Deadline deadline) {
  net::HttpRequest request;
  request.method = "POST";
  request.body = std::move(body);
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Authorization", "Bearer " + options.key.reveal());
  net::HttpClientOptions client;
  client.tls = options.tls;
  client.max_body_bytes = kMaxAnswer;
  auto sending = net::send_http(time, client_secrets_url(options.url), std::move(request),
                                std::move(client), deadline);
  const auto answer = co_await std::move(sending);
  if (!answer) {
    const auto type = answer.error().type;
    if (type == ErrorType::timeout) {
      co_return fail(type, "the voice provider did not answer in time", answer.error().detail);
    }
    co_return fail(ErrorType::transient, "the voice provider cannot be reached right now",
                   std::string(to_string(type)) + " " + answer.error().message);
  }
  if (answer->status != 200) co_return refused(answer->status, answer->body);
  co_return decode_minted_secret(answer->body);
}

}  // namespace callosum::provider::openai
