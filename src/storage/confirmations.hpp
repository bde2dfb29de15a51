#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// `agreed` waits for the call to come again; `used` is over.
enum class ConfirmationState : std::uint8_t { open, agreed, denied, used };
std::string_view to_string(ConfirmationState state);
/// Where a person answered: their own client, their phone's keypad, another way to reach them.
enum class ConfirmationWay : std::uint8_t { click, keypad, channel };
std::string_view to_string(ConfirmationWay way);

/// A question to the caller that words do not answer: one tool with these very arguments, in one
/// session. Its id is for the caller's eyes and never for a model's.
struct Confirmation {
  std::string id, tenant_id, session_id;
  std::string tenant_slug;  ///< of rows that were read; not kept with them
  std::string pack;         ///< likewise: its session's only one; without a session the tool's
  std::string subject;      ///< whose session it is: who is asked
  std::string tool_id, tool;
  std::string arguments_hash;  ///< after binding
  std::string arguments;       ///< JSON: as they were sent
  std::string preview;
  ConfirmationState state = ConfirmationState::open;
  std::string decided_by;
  std::string how;  ///< a ConfirmationWay's word; empty: nobody has answered
  std::int64_t expires_at_ms = 0, created_at_ms = 0, decided_at_ms = 0, used_at_ms = 0;
};

/// What a person answers.
struct ConfirmationAnswer {
  std::string id, tenant_id, subject;
  std::string session_id;  ///< empty: in any of theirs
  bool agrees = false;
  ConfirmationWay how = ConfirmationWay::click;
};

/// What a call finds that needs one.
struct SettledConfirmation {
  Confirmation row;     ///< `used`: the call may run, this once
  bool is_new = false;  ///< nobody has been asked yet
};

constexpr std::int64_t kMaxOpenConfirmations = 8;  ///< of a session; the oldest goes
constexpr std::int64_t kMaxDenials = 2;            ///< of one question, while they are young

// All of these run within the caller's transaction, on the caller's thread.

/// An agreement to this very call is used up, by one conditional UPDATE; else what is open stays
/// so; what was declined too often is `denied`; else `wanted` is kept as a new question.
Result<SettledConfirmation> settle_confirmation(sqlite::Connection& connection,
                                                const Confirmation& wanted);
/// NOT_FOUND where there is none of that person's; CONFLICT where it was answered before, or has
/// expired.
Result<Confirmation> answer_confirmation(sqlite::Connection& connection,
                                         const ConfirmationAnswer& answer, std::int64_t now_ms);
/// Of that person, in any tenant. NOT_FOUND.
Result<Confirmation> find_confirmation(sqlite::Connection& connection, std::string_view id,
                                       std::string_view subject);
/// Those of that person that can still be answered, in any tenant, the newest first.
Result<std::vector<Confirmation>> list_open_confirmations(sqlite::Connection& connection,
                                                          std::string_view subject,
                                                          std::int64_t now_ms,
                                                          std::int64_t limit = 200);

}  // namespace callosum::storage
