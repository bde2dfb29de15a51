#include "tool/account/oauth_client.hpp"

#include <array>

#include "net/client.hpp"

namespace callosum::tool::account {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxAnswerBytes = 64 * 1024;

Error unreachable(const OAuthService& service, std::string detail) {
  return fail(ErrorType::transient,
              service.title + " cannot be reached right now; try again in a moment.",
              std::move(detail));
}

/// What a refusal means. Its own words are not passed on: they may quote what was sent.
Error refusal(const OAuthService& service, const net::HttpResponse& answer) {
  constexpr std::array<std::string_view, 3> kPassing{"temporarily_unavailable", "server_error",
                                                     "internal_failure"};
  const auto word = decode_error_word(answer.body);
  const auto detail = "HTTP " + std::to_string(answer.status) + " " + word;
  const bool is_passing = std::find(kPassing.begin(), kPassing.end(), word) != kPassing.end();
  const bool is_busy = answer.status == 429 || answer.status == 408 || answer.status >= 500;
  if (is_passing || is_busy || answer.status < 400) return unreachable(service, detail);
  if (word == "invalid_grant") {
    return fail(ErrorType::auth, service.title + " no longer accepts this sign-in.", detail);
  }
  return fail(ErrorType::permanent,
              service.title + " does not accept this gateway; whoever runs it has to look.",
              detail);
}

/// The form is moved into the frame: requests outlive whoever asks.
asio::awaitable<Result<net::HttpResponse>> post(const OAuthService& service, std::string url,
                                                Secret form, async::Deadline deadline) {
  net::HttpRequest request;
  request.method = "POST";
  request.body = form.reveal();
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Accept", "application/json");
  net::HttpClientOptions options;
  options.tls = service.tls;
  options.max_body_bytes = kMaxAnswerBytes;
  auto sending = net::send_http(deadline.time(), std::move(url), std::move(request),
                                std::move(options), deadline);
  auto answer = co_await std::move(sending);
  if (!answer) {
    co_return unreachable(
        service, std::string(to_string(answer.error().type)) + " " + answer.error().message);
  }
  co_return answer;
}

asio::awaitable<Result<TokenAnswer>> ask_tokens(const OAuthService& service, Secret form,
                                                async::Deadline deadline) {
  auto posting = post(service, service.token_url, std::move(form), deadline);
  const auto answer = co_await std::move(posting);
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return refusal(service, *answer);
  auto tokens = decode_token_answer(answer->body);
  if (!tokens) co_return unreachable(service, tokens.error().detail);
  co_return tokens;
}

}  // namespace

asio::awaitable<Result<TokenAnswer>> redeem_code(const OAuthService& service, CodeGrant grant,
                                                 async::Deadline deadline) {
  return ask_tokens(service, code_form(service, grant), deadline);
}

asio::awaitable<Result<TokenAnswer>> refresh_tokens(const OAuthService& service,
                                                    Secret refresh_token,
                                                    async::Deadline deadline) {
  return ask_tokens(service, refresh_form(service, refresh_token), deadline);
}

asio::awaitable<Result<void>> revoke_token(const OAuthService& service, Secret token,
                                           async::Deadline deadline) {
  Secret form("token=" + net::encode_percent(token.reveal()));
  auto posting = post(service, service.revoke_url, std::move(form), deadline);
  const auto answer = co_await std::move(posting);
  if (!answer) co_return answer.error();
  if (answer->status == 200) co_return Result<void>();
  const auto word = decode_error_word(answer->body);
  // RFC 7009 §2.2: what it does not know any more needs no revoking.
  const bool is_forgotten = word == "invalid_token" || word == "invalid_grant";
  if (answer->status == 400 && is_forgotten) co_return Result<void>();
  co_return refusal(service, *answer);
}

}  // namespace callosum::tool::account
