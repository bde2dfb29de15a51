#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "sim/gemini/proto.hpp"

namespace callosum::sim::gemini {

/// An ephemeral token (protocol §1.3).
struct Token {
  std::size_t uses = 1;  ///< 0: no limit
  std::size_t used = 0;
  WallTime expires{};              ///< no message is taken any more
  WallTime new_sessions_expire{};  ///< no session begins any more
  std::optional<json::object> setup;
  std::optional<std::vector<std::string>> mask;  ///< paths in camel case

  /// What a client's setup becomes under the token's lock.
  json::object lock(const json::object& client) const;
};

/// The tokens that this cloud has issued.
class Tokens {
 public:
  Tokens(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  /// POST /{version}/auth_tokens: the answer's body, or VALIDATION in Google's words.
  Result<json::object> make(std::string_view body, const Api& api);
  Token* find(std::string_view name);
  bool is_expired(const Token& token) const { return clock_.wall_now() >= token.expires; }
  /// Whether one more session may begin with it. Resuming is not a use.
  bool takes_session(const Token& token) const;

 private:
  const Clock& clock_;
  Random& random_;
  std::map<std::string, Token, std::less<>> tokens_;
};

}  // namespace callosum::sim::gemini
