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

enum class SessionState : std::uint8_t { live, ended };
std::string_view to_string(SessionState state);

/// A conversation, as others may know of it. Times are milliseconds since 1970.
struct RealtimeSession {
  std::string id;
  std::string provider_session_id;  ///< the provider's own; empty: it has not said it yet
  std::string tenant_id, subject, channel, provider, registry_version;
  std::string reply_path = "native";
  std::string tool_ownership = "provider_native";  ///< whose model may plan its calls
  std::string pack;                                ///< the only one of the conversation; empty: all
  std::string current_mode;                        ///< empty: none
  std::string selected_account_email;              ///< empty: none
  std::string active_tools;  ///< a JSON list of names; empty: they do not come and go
  std::string narrowed_to;   ///< JSON {mode, tools}: what a program wants no more than
  /// JSON list of what the caller was asked, heard to its end and has not answered; empty: nothing.
  std::string open_questions;
  /// JSON {has_come, swayed}: whether strangers' text was read, and what was asked for under its
  /// influence; empty: nothing.
  std::string untrusted;
  /// JSON list of {tool, arguments: {name: hash}}: calls that others build on; empty: none.
  std::string answered_calls;
  std::uint64_t epoch = 0;  ///< of its tools
  /// How often it was gone on with after its end. One that is gone on with is live again.
  std::int64_t resumed = 0;
  bool is_over = false;  ///< it was ended by end_session: nobody goes on with it
  SessionState state = SessionState::live;
  std::int64_t created_at_ms = 0;
  std::int64_t ended_at_ms = 0;  ///< 0: it is live
  std::uint16_t close_code = 0;  ///< as a WebSocket says it; 0: nobody said any
};

// All of these run within the caller's transaction, on the caller's thread.

/// Keeps the session as it now is. What was known of it stays where this says nothing new: when it
/// began, its provider's id; and once it has ended it has.
Result<void> save_session(sqlite::Connection& connection, const RealtimeSession& session);
/// Sessions of a process that is gone: ended now, without a close code. How many there were.
Result<std::size_t> end_live_sessions(sqlite::Connection& connection, std::int64_t now_ms);
/// The live ones of this subject that either id names: by the session's own one at most, which is
/// the first.
Result<std::vector<RealtimeSession>> find_live_sessions(sqlite::Connection& connection,
                                                        std::string_view id,
                                                        std::string_view subject);

/// The session itself, live or ended, where it is this subject's.
Result<std::optional<RealtimeSession>> find_own_session(sqlite::Connection& connection,
                                                        std::string_view id,
                                                        std::string_view subject);

/// Which of a tenant's sessions. `state` empty: in any.
struct SessionFilter {
  std::string tenant_id, state;
  std::int64_t limit = 200;
};
/// The live ones first, of each state the newest first.
Result<std::vector<RealtimeSession>> list_sessions(sqlite::Connection& connection,
                                                   const SessionFilter& filter);

}  // namespace callosum::storage
