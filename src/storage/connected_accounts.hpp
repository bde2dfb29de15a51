#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// One account of a person, in one business.
struct AccountKey {
  std::string tenant_id, subject;
  std::string service;  ///< "google"
  std::string email;    ///< in small letters
  auto operator<=>(const AccountKey&) const = default;
};

/// `revoked`: the service no longer honours what it gave; kept so that its owner can be told.
enum class AccountState : std::uint8_t { connected, revoked };
std::string_view to_string(AccountState state);

/// What is kept of an account that a person has connected. The tokens are sealed (base/sealer.hpp);
/// empty when revoked.
struct ConnectedAccount {
  AccountKey key;
  std::string scopes;  ///< what the service says it granted, separated by blanks
  std::string access_token, refresh_token;
  std::int64_t expires_at_ms = 0;  ///< of the access token
  std::int64_t renew_at_ms = 0;    ///< a little before
  AccountState state = AccountState::connected;
  std::int64_t revision = 0;  ///< rises with every set of tokens
  std::int64_t connected_at_ms = 0, changed_at_ms = 0;
};

/// A person on the way through a service's sign-in. The state that comes back with them is kept as
/// its hash.
struct SignIn {
  std::string state_hash, service, tenant_id, subject;
  std::string tenant_name, user_name;  ///< as they are shown to who signs in
  std::string verifier;                ///< sealed (RFC 7636)
  std::string redirect_uri, return_to;
  std::int64_t expires_at_ms = 0;
};

constexpr std::int64_t kMaxAccounts = 20;  ///< of a person in a business
constexpr std::int64_t kMaxSignIns = 10;   ///< of a person at once; the oldest goes

// All of these run within the caller's transaction, on the caller's thread.

/// A new one, or one that was connected before. CONFLICT where the person has too many.
Result<void> save_account(sqlite::Connection& connection, const ConnectedAccount& account);
/// New tokens for those of this revision. False: they have been replaced, or the account is gone.
Result<bool> renew_account(sqlite::Connection& connection, const ConnectedAccount& account);
/// Also takes the tokens away. False as above.
Result<bool> revoke_account(sqlite::Connection& connection, const ConnectedAccount& account);
Result<bool> remove_account(sqlite::Connection& connection, const AccountKey& key);
Result<std::optional<ConnectedAccount>> find_account(sqlite::Connection& connection,
                                                     const AccountKey& key);
/// By service and address.
Result<std::vector<ConnectedAccount>> list_accounts(sqlite::Connection& connection,
                                                    std::string_view tenant_id,
                                                    std::string_view subject);

/// Those that have expired go.
Result<void> add_sign_in(sqlite::Connection& connection, const SignIn& sign_in,
                         std::int64_t now_ms);
/// NOT_FOUND where it has expired, was used, belongs to another service, or never was.
Result<SignIn> find_sign_in(sqlite::Connection& connection, std::string_view service,
                            std::string_view state_hash, std::int64_t now_ms);
/// The same, and nobody finds it again.
Result<SignIn> take_sign_in(sqlite::Connection& connection, std::string_view service,
                            std::string_view state_hash, std::int64_t now_ms);

}  // namespace callosum::storage
