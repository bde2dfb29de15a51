#include "channel/twilio/stream_tokens.hpp"

#include "base/encoding.hpp"
#include "base/ids.hpp"

namespace callosum::channel::twilio {

Result<std::string> StreamTokens::issue(StreamGrant grant) {
  auto token = make_id("", random_);
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  std::erase_if(issued_,
                [&](const auto& one) { return one.second.grant.call_sid == grant.call_sid; });
  if (issued_.size() >= kMost) forget_late(now);
  if (issued_.size() >= kMost) {
    return fail(ErrorType::transient, "too many calls wait for their stream");
  }
  issued_.emplace(sha256_hex(token), Issued{std::move(grant), now + kLife});
  return token;
}

Result<StreamGrant> StreamTokens::redeem(std::string_view token, std::string_view call_sid) {
  const auto hash = sha256_hex(token);
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  auto taken = issued_.extract(hash);
  const bool is_good =
      taken && taken.mapped().until > now && taken.mapped().grant.call_sid == call_sid;
  if (!is_good) return fail(ErrorType::auth, "this stream was not asked for");
  return std::move(taken.mapped().grant);
}

std::size_t StreamTokens::waiting() const {
  const std::lock_guard lock(mutex_);
  return issued_.size();
}

void StreamTokens::forget_late(SteadyTime now) {
  std::erase_if(issued_, [now](const auto& one) { return one.second.until <= now; });
}

}  // namespace callosum::channel::twilio
