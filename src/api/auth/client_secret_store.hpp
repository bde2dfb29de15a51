#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "api/auth/principal.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "base/result.hpp"

namespace callosum::api::auth {

struct ClientSecret {
  std::string value;  ///< "ek_…": given out once, never kept
  WallTime expires_at;
};

/// Short-lived credentials of our own, for browsers: `ek_` and 128 random bits, good for any number
/// of connections until they expire. Thread-safe and bounded; keeps only hashes of the secrets.
class ClientSecretStore {
 public:
  static constexpr std::chrono::seconds kMinLife{10};
  static constexpr std::chrono::seconds kMaxLife{7200};
  static constexpr std::chrono::seconds kDefaultLife{600};
  static constexpr std::size_t kMaxOfOneSubject = 256;
  static constexpr std::size_t kMaxSessionBytes = 64 * 1024;

  /// `clock` and `random` outlive the store; `capacity` is of all subjects together.
  ClientSecretStore(const Clock& clock, Random& random, std::size_t capacity = 16'384);

  /// A secret for `owner`, never living longer than the credential it was asked with. VALIDATION:
  /// life or session out of range; FORBIDDEN: a secret cannot mint another; RATE_LIMIT: too many
  /// live ones.
  Result<ClientSecret> mint(const Principal& owner, boost::json::object session,
                            std::chrono::seconds life = kDefaultLife);

  /// The principal it was minted for, its session attached, or AUTH.
  Result<Principal> redeem(std::string_view secret);

  std::size_t size() const;

 private:
  struct Entry {
    Principal principal;
    SteadyTime
        deadline;  ///< beside the wall clock's: setting that back gives no secret a longer life
  };
  bool is_over(const Entry& entry) const;
  void drop_expired();

  const Clock& clock_;
  Random& random_;
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::map<Sha256, Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> live_of_subject_;
};

}  // namespace callosum::api::auth
