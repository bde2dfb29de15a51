#include "tool/account/sign_ins.hpp"

#include <array>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "storage/database.hpp"
#include "tool/account/oauth_client.hpp"

namespace callosum::tool::account {

namespace asio = boost::asio;
using storage::SignIn;
using storage::sqlite::Connection;

namespace {

constexpr std::chrono::minutes kLife{10};
constexpr std::size_t kWordBytes = 32;
constexpr std::size_t kMaxWord = 512;  // of what comes back

std::string verifier_seal(std::string_view state_hash) {
  return json::serialize(json::array{"sign-in", json::string(state_hash)});
}

Error no_service() {
  return fail(ErrorType::not_found, "accounts of that kind cannot be connected here");
}

/// In words for who stands before the last page.
Error in_words(const OAuthService& service, Error error) {
  if (error.type == ErrorType::transient) return error;
  if (error.type == ErrorType::invalid_output) {
    return fail(ErrorType::validation,
                service.title +
                    " did not say whose account it is; start again, and allow this gateway to see "
                    "your address",
                error.detail);
  }
  if (error.type == ErrorType::auth) {
    return fail(ErrorType::validation,
                service.title + " no longer accepts this sign-in; start again", error.detail);
  }
  return error;
}

}  // namespace

std::string SignIns::make_word() {
  std::array<std::uint8_t, kWordBytes> bytes{};
  book_.ground().random.fill(bytes);
  return encode_base64url(bytes);
}

asio::awaitable<Result<std::string>> SignIns::start(SignInWish wish, async::Deadline deadline) {
  const auto* service = book_.find_service(wish.service);
  if (!service) co_return no_service();
  const SignInAsk ask{make_word(), make_word(), wish.redirect_uri, wish.email_hint};
  const auto& ground = book_.ground();
  const auto now = ground.time.wall_now();
  SignIn row;
  row.state_hash = sha256_hex(ask.state);
  row.service = wish.service;
  row.tenant_id = wish.tenant_id;
  row.tenant_name = wish.tenant_name;
  row.subject = wish.subject;
  row.user_name = wish.user_name;
  row.verifier =
      book_.sealer().seal(Secret(ask.verifier), verifier_seal(row.state_hash), ground.random);
  row.redirect_uri = wish.redirect_uri;
  row.return_to = wish.return_to;
  row.expires_at_ms = epoch_ms(now + kLife);
  std::function<Result<void>(Connection&)> change = [row, now_ms = epoch_ms(now)](Connection& c) {
    return storage::add_sign_in(c, row, now_ms);
  };
  auto writing = ground.database.write<void>(deadline, std::move(change));
  const auto written = co_await std::move(writing);
  if (!written) co_return written.error();
  co_return sign_in_url(*service, ask);
}

asio::awaitable<Result<SignIn>> SignIns::find(std::string service, std::string state,
                                              async::Deadline deadline) {
  if (!book_.find_service(service)) co_return no_service();
  const auto& ground = book_.ground();
  const auto now_ms = epoch_ms(ground.time.wall_now());
  std::function<Result<SignIn>(Connection&)> query =
      [service = std::move(service), hash = sha256_hex(state), now_ms](Connection& connection) {
        return storage::find_sign_in(connection, service, hash, now_ms);
      };
  auto reading = ground.database.read<SignIn>(deadline, std::move(query));
  auto found = co_await std::move(reading);
  co_return found;
}

asio::awaitable<Result<SignIn>> SignIns::give_up(std::string service, std::string state,
                                                 async::Deadline deadline) {
  if (!book_.find_service(service)) co_return no_service();
  const auto& ground = book_.ground();
  const auto now_ms = epoch_ms(ground.time.wall_now());
  std::function<Result<SignIn>(Connection&)> change =
      [service = std::move(service), hash = sha256_hex(state), now_ms](Connection& connection) {
        return storage::take_sign_in(connection, service, hash, now_ms);
      };
  auto writing = ground.database.write<SignIn>(deadline, std::move(change));
  auto taken = co_await std::move(writing);
  co_return taken;
}

asio::awaitable<Result<SignInEnd>> SignIns::finish(std::string service, std::string state,
                                                   std::string code, async::Deadline deadline) {
  if (code.empty() || code.size() > kMaxWord) {
    co_return fail(ErrorType::validation, "the sign-in came back without its code; start again");
  }
  auto taking = give_up(service, state, deadline);
  auto taken = co_await std::move(taking);
  if (!taken) co_return taken.error();
  const auto& known = *book_.find_service(service);
  const auto verifier = book_.sealer().open(taken->verifier, verifier_seal(taken->state_hash));
  if (!verifier) {
    co_return fail(ErrorType::validation, "this sign-in cannot be finished here; start again");
  }
  const std::string tenant_id = taken->tenant_id, subject = taken->subject;
  CodeGrant grant{std::move(code), verifier->reveal(), taken->redirect_uri};
  auto connecting = connect(known, std::move(*taken), std::move(grant), nonce_of(state), deadline);
  auto end = co_await std::move(connecting);
  if (end) co_return end;
  book_.ground().log.warn("account_not_connected", {{"tenant_id", tenant_id},
                                                    {"subject", subject},
                                                    {"service", service},
                                                    {"type", to_string(end.error().type)},
                                                    {"detail", end.error().detail}});
  co_return in_words(known, end.error());
}

asio::awaitable<Result<SignInEnd>> SignIns::connect(const OAuthService& service, SignIn sign_in,
                                                    CodeGrant grant, std::string nonce,
                                                    async::Deadline deadline) {
  auto redeeming = redeem_code(service, std::move(grant), deadline);
  auto tokens = co_await std::move(redeeming);
  if (!tokens) co_return tokens.error();
  const IdTokenRules rules{service.issuer, service.client_id, std::move(nonce),
                           book_.ground().time.wall_now()};
  const auto email = read_id_token(tokens->id_token, rules);
  if (!email) co_return email.error();
  if (tokens->refresh_token.empty()) {
    co_return fail(ErrorType::validation,
                   service.title + " gave access for a moment only; start again",
                   "a token answer without a refresh token");
  }
  SignInEnd end{*email, sign_in.return_to, missing_scopes(service, tokens->scopes).empty()};
  // Where it does not say what was granted, it is what was asked for (RFC 6749 §5.1).
  if (tokens->scopes.empty()) {
    for (const auto& scope : service.scopes) {
      tokens->scopes += (tokens->scopes.empty() ? "" : " ") + scope;
    }
    end.has_all = true;
  }
  storage::AccountKey key{sign_in.tenant_id, sign_in.subject, service.name, *email};
  auto keeping = book_.keep(std::move(key), std::move(*tokens), deadline);
  const auto kept = co_await std::move(keeping);
  if (!kept) co_return kept.error();
  co_return end;
}

}  // namespace callosum::tool::account
