#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>

#include "policy/prepared_call.hpp"

namespace callosum::policy {

/// Keeps what callers have to confirm by more than words, and what they answered.
class ConfirmationStore {
 public:
  enum class Standing : std::uint8_t { open, agreed, declined };
  struct Settled {
    Standing standing = Standing::open;
    std::int64_t expires_at_ms = 0;  ///< of the question
    std::string agreed_by;           ///< where it was agreed to
  };
  virtual ~ConfirmationStore() = default;
  /// An agreement to this very call, in this session, is used up; durably, and once. Else the
  /// question is open from now on, or still is, unless it was declined more than once.
  virtual boost::asio::awaitable<Result<Settled>> settle(const PreparedCall& call,
                                                         std::string preview,
                                                         std::int64_t expires_at_ms) = 0;
};

}  // namespace callosum::policy
