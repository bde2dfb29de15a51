#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "telemetry/log.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// What a conversation on the phone was, as it is written down on the way. The lists are JSON. They
/// grow at their ends, so each may be noted without its beginning.
struct CallRecord {
  /// Bytes of each list that stay as they were noted before; its text is what follows them.
  struct Kept {
    std::size_t transcript = 0, timeline = 0, tool_history = 0;
  };
  std::string call_sid;
  std::string session_id;
  int step = 0;  ///< of the call's streams, which one wrote it: an earlier one's is too late
  std::int64_t answered_at_ms = 0;   ///< its stream began; 0: not yet
  std::int64_t ended_at_ms = 0;      ///< 0: it lives, or nobody was there to say so
  std::string transcript;            ///< [{role, text, item_id, cut?}]: as far as it was heard
  std::string timeline;              ///< [{t_ms, kind, …}], of what happened when
  std::string tool_history;          ///< [{tool, at_ms, ok, latency_ms?, error_type?}]
  std::int64_t tool_latency_ms = 0;  ///< of all of them together
  std::int64_t left_out = 0;         ///< entries that there was no room for
  std::string intent;                ///< the first tool that was called; empty: none
  /// completed, transferred, caller_hung_up, silent, elsewhere, failed, too_long; empty: not over
  /// yet
  std::string outcome;
  std::string transfer_to;        ///< E.164: what the call goes on with; empty: nobody
  bool is_conversed_out = false;  ///< it ended as it should: nothing is left to say
  Kept kept;
  /// How sure the ears were of what they heard, 0 to 1; nothing where they do not tell.
  std::optional<double> confidence = {};
  /// How the caller felt, -1 to 1, once it was judged.
  std::optional<double> sentiment = {};
};
/// What was noted later, over what was before it. What a stream says that the call has left behind
/// comes too late. Whoever judges a call is not undone by what is written of it meanwhile.
void lay_over(CallRecord& older, CallRecord newer);

/// A call, whole. `status` is the carrier's word.
struct PhoneCall {
  CallRecord record;
  std::string carrier = "twilio";
  std::string account_sid;  ///< empty: the carrier names none
  std::string tenant_id, pack;
  std::string caller;  ///< E.164; empty: withheld, or no number
  std::string called;  ///< E.164
  bool is_attested = false;
  std::string status;
  int next_step = 0;   ///< see channel/twilio/call_steps
  std::string ticket;  ///< SHA-256 of what opens it; empty: its webhook's address is signed
  std::int64_t started_at_ms = 0;
  std::int64_t duration_s = -1;  ///< as the carrier counts it; -1: unknown
  std::string recording_url;
};

// All of these run within the caller's transaction, on the caller's thread.

Result<std::optional<PhoneCall>> find_call(sqlite::Connection& connection,
                                           std::string_view call_sid);
/// A call that nobody knew, at its first step. False: it is known.
Result<bool> add_call(sqlite::Connection& connection, const PhoneCall& call);
/// From `step` to the next, which `ticket` opens. False: somebody else has taken that step.
Result<bool> take_call_step(sqlite::Connection& connection, std::string_view call_sid, int step,
                            std::string_view ticket = {});
/// What the carrier says of it: only forwards, from `before`. False: it has moved since.
struct CallNews {
  std::string call_sid, before, status;
  std::int64_t duration_s = -1;  ///< -1: it does not say
  std::string recording_url;     ///< empty: it does not say
  std::int64_t now_ms = 0;
};
Result<bool> save_call_news(sqlite::Connection& connection, const CallNews& news, bool is_final);
/// Of a call that is known; nothing where a later stream has written its own.
Result<void> save_call_record(sqlite::Connection& connection, const CallRecord& record);

/// Of what was said in a call, and given to tools, nothing is left.
Result<void> forget_words(sqlite::Connection& connection, std::string_view call_sid);
/// The same of all calls that began before then and whose end nobody told us of; their ids.
Result<std::vector<std::string>> forget_old_words(sqlite::Connection& connection,
                                                  std::int64_t before_ms);
/// The same call in the table `calls` that a pack may have for its businesses, so that bookings and
/// tools find it there. Nothing where there is no such table, or no such business in it.
Result<void> copy_to_pack(sqlite::Connection& connection, std::string_view call_sid);
/// The same; a pack's table is the pack's: one that takes nothing is logged, and costs us nothing.
void try_copy_to_pack(sqlite::Connection& connection, std::string_view call_sid,
                      telemetry::Log& log);

/// Which of a tenant's calls, the newest first. `caller` empty: anybody's.
struct CallFilter {
  std::string tenant_id, caller;
  std::int64_t limit = 100;
};
Result<std::vector<PhoneCall>> list_calls(sqlite::Connection& connection, const CallFilter& filter);

}  // namespace callosum::storage
