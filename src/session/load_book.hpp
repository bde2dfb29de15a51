#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "session/load_state.hpp"
#include "session/session_records.hpp"
#include "session/tool_index.hpp"
#include "tool/builtin/meta_tools.hpp"

namespace callosum::storage {
class Database;
}

namespace callosum::session {

/// Told that a conversation's tools are others now. Any thread.
class LoadWatcher {
 public:
  virtual ~LoadWatcher() = default;
  virtual void on_loaded(const std::string& session_id) = 0;
};

/// What a caller's program changes over HTTP.
struct LoadChange {
  std::optional<std::string> mode;
  std::optional<std::vector<std::string>> only;  ///< no more than these; nothing: as it is
  bool is_programs = true;  ///< what a program wanted before is lifted by its own wish alone
};

/// Which tools each conversation has at hand: the one place that knows it, whichever door a change
/// comes through. Each change that makes a difference makes a new epoch. Shared by all threads.
class LoadBook final : public tool::builtin::SessionTools {
 public:
  using Set = std::shared_ptr<const registry::LoadedSet>;

  /// What is given outlives it.
  LoadBook(storage::Database& database, LoadWatcher& watcher)
      : database_(database), watcher_(watcher) {}

  /// A conversation begins, or goes on where `epoch` says that it was. `row`: as it is written down
  /// while nobody holds it on a socket.
  Set begin(LoadGround ground, LoadWish wish, std::uint64_t epoch = 0,
            std::optional<storage::RealtimeSession> row = {});
  /// Where changes of conversations without a socket are written down; null: nowhere.
  void keep_records(SessionRecords* records) { records_ = records; }
  struct Held {
    Set set;
    std::uint64_t holder = 0;
  };
  /// The same for a session on a socket, which writes its row itself; one that is known goes on as
  /// it is. CONFLICT: another connection holds it.
  Result<Held> hold(LoadGround ground, LoadWish wish, std::uint64_t epoch);
  bool is_held(const std::string& session_id) const;
  /// By the one that holds it: it is not known any more.
  void let_go(const std::string& session_id, std::uint64_t holder);
  /// A conversation that nobody holds is over: it is written down as ended, and not known any more.
  void end_unheld(const std::string& session_id, std::int64_t now_ms);
  /// The provider's own id of a conversation whose client talks to the provider: it is found by
  /// that as well, and by the one that it was made with still. False: it is no such conversation.
  bool name_unheld(const std::string& session_id, const std::string& provider_session_id);
  /// The conversation of that subject that was named so beside its own names; empty: none.
  std::string find_other_name(const std::string& name, const std::string& subject) const;
  /// The watcher is told nothing from now on, and what nobody holds is let go.
  void close();

  /// Null: it is not known here, or its tools do not come and go.
  Set current(const std::string& session_id) const;
  /// What it had loaded in that epoch, a few changes ago at most; null: not known any more. What
  /// was taken from its user since is in no earlier set.
  Set at(const std::string& session_id, std::uint64_t epoch) const;
  /// SESSION_INACTIVE; else as set_mode, and VALIDATION for a tool that could not be loaded.
  Result<Set> change(const std::string& session_id, const LoadChange& change);
  /// It was called: it stays when others must go.
  void touch(const std::string& session_id, std::string_view tool);
  /// The user's accounts, or the modes that the user may enter, are these now.
  void set_accounts(const std::string& tenant_id, const std::string& subject,
                    const std::vector<UsableAccount>& accounts);
  void set_modes(const std::string& tenant_id, const std::string& subject,
                 const std::optional<ToolNames>& modes);
  std::size_t size() const;

  // SessionTools: what a model asks for.
  Answer set_mode(const registry::CallContext& context, const std::string& mode) override;
  Answer select_account(const registry::CallContext& context, const std::string& wanted) override;
  boost::asio::awaitable<Answer> search_tools(const registry::CallContext& context,
                                              std::string query, std::size_t limit,
                                              async::Deadline deadline) override;
  Answer describe_tool(const registry::CallContext& context, const std::string& name) override;

 private:
  struct Entry {
    LoadGround ground;
    LoadWish wish;
    Set set;                   // null: all of its tools are there from the start
    std::vector<Set> earlier;  // the latest last
    std::optional<storage::RealtimeSession> row;
    std::uint64_t holder = 0;  // the connection that has it; 0: none
    std::string other_name{};  // at the provider, beside that of the row; the latest
  };

  Set enter_book(LoadGround ground, LoadWish wish, std::uint64_t epoch,
                 std::optional<storage::RealtimeSession> row);
  void sweep(const storage::RealtimeSession& newest);
  void sweep_snapshots(std::int64_t now_ms);
  void erase_unheld(const std::string& session_id, std::int64_t now_ms);
  Entry* find(const std::string& session_id);
  Entry* find_gated(const std::string& session_id);
  /// With the lock held. Whether there is a new epoch.
  bool renew(Entry& entry);
  Result<void> enter(Entry& entry, const std::string& mode);
  /// Without the lock: whoever is told may ask.
  void tell(const std::vector<std::string>& session_ids);
  template <class Change>
  void change_users(const std::string& tenant_id, const std::string& subject, const Change& change);
  boost::json::object describe(const Entry& entry, const registry::ToolSpec& tool) const;
  Result<boost::json::object> answer_found(const registry::CallContext& context,
                                           const std::vector<std::string>& names,
                                           std::size_t limit);

  storage::Database& database_;
  LoadWatcher& watcher_;
  SessionRecords* records_ = nullptr;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::uint64_t holders_ = 0;
  const std::shared_ptr<ToolIndexes> indexes_ = std::make_shared<ToolIndexes>();
  std::mutex telling_;
  bool is_closed_ = false;
};

/// How a row says it.
void write_loaded(storage::RealtimeSession& row, const registry::LoadedSet& set);
LoadWish wish_of(const storage::RealtimeSession& row);

}  // namespace callosum::session
