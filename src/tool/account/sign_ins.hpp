#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "tool/account/account_book.hpp"

namespace callosum::tool::account {

/// Who wants to connect an account, and how they come back.
struct SignInWish {
  std::string service;
  std::string tenant_id, tenant_name;
  std::string subject, user_name;
  std::string redirect_uri;  ///< exactly what the service will be told again
  std::string return_to;     ///< where the last page leads; empty: nowhere
  std::string email_hint;
};

/// What has come of one.
struct SignInEnd {
  std::string email;
  std::string return_to;
  bool has_all = true;  ///< that was asked for was also granted
};

/// The way of a person to a service and back: OAuth's authorization code with PKCE. A state is 256
/// random bits, kept as its hash, good for ten minutes and once, and names whoever began. Shared by
/// all threads.
class SignIns {
 public:
  /// `book` outlives it.
  explicit SignIns(AccountBook& book) : book_(book) {}

  /// Where to send the browser.
  boost::asio::awaitable<Result<std::string>> start(SignInWish wish, async::Deadline deadline);
  /// Whose sign-in a state is; it can still be used after that. NOT_FOUND.
  boost::asio::awaitable<Result<storage::SignIn>> find(std::string service, std::string state,
                                                       async::Deadline deadline);
  /// The same, for the last time: the service has said no.
  boost::asio::awaitable<Result<storage::SignIn>> give_up(std::string service, std::string state,
                                                          async::Deadline deadline);
  /// Uses the state up, exchanges the code, keeps the account. VALIDATION, AUTH and TRANSIENT in
  /// sentences for the person; never with a token.
  boost::asio::awaitable<Result<SignInEnd>> finish(std::string service, std::string state,
                                                   std::string code, async::Deadline deadline);

  AccountBook& book() { return book_; }

 private:
  std::string make_word();
  boost::asio::awaitable<Result<SignInEnd>> connect(const OAuthService& service,
                                                    storage::SignIn sign_in, CodeGrant grant,
                                                    std::string nonce, async::Deadline deadline);

  AccountBook& book_;
};

}  // namespace callosum::tool::account
