#include "session/load_book.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>

#include "base/json.hpp"
#include "base/text.hpp"
#include "storage/database.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMostRecent = 64;
constexpr std::size_t kMostEarlier = 4;    // sets whose calls may yet come
constexpr std::size_t kMostSnapshots = 4;  // of conversations that nobody holds, beside the newest
constexpr std::size_t kMostUnheld = 256;   // of one user
constexpr std::chrono::milliseconds kLongestUnheld = 2 * 60min;  // see ClientSecretStore
constexpr std::size_t kMostHits = 50;  // before those that are not for this user are taken out

Error unknown_session() {
  return fail(ErrorType::session_inactive, "this conversation has no tools that come and go");
}

/// The mode, of those that the user may be in, in which the tool can be had; the current one
/// first; nothing: in none.
std::optional<std::string> mode_for(const LoadGround& ground, const LoadWish& now,
                                    const registry::ToolSpec& tool) {
  if (may_load(ground, tool, now)) return now.mode;
  for (const auto* mode : modes_for(ground)) {
    auto there = now;
    there.mode = mode->name;
    if (may_load(ground, tool, there)) return mode->name;
  }
  return std::nullopt;
}

json::array to_json(const ToolNames& names) {
  json::array out;
  for (const auto& name : names) out.emplace_back(name);
  return out;
}

json::object to_answer(const registry::LoadedSet& set) {
  json::object out{{"mode", set.mode}, {"tools", to_json(*set.tools)}};
  if (!set.account.empty()) out["account"] = set.account;
  return out;
}

void use(std::vector<std::string>& recent, std::string_view tool) {
  std::erase(recent, tool);
  recent.emplace_back(tool);
  if (recent.size() > kMostRecent) recent.erase(recent.begin());
}

/// One account, and nobody has chosen: that one. One that was chosen and is gone leaves none, and
/// another takes its place only when it is chosen: nothing is sent from where nobody meant.
void settle_account(const LoadGround& ground, LoadWish& wish) {
  const auto is_usable = std::any_of(ground.accounts.begin(), ground.accounts.end(),
                                     [&](const auto& one) { return one.email == wish.account; });
  if (is_usable) return;
  wish.has_lost_account |= !wish.account.empty();
  const bool may_choose = !wish.has_lost_account && ground.accounts.size() == 1;
  wish.account = may_choose ? ground.accounts.front().email : "";
}

/// How a row keeps what a program wants no more than: `{mode, tools}`; empty: it said nothing.
std::string encode_only(const LoadWish& wish) {
  if (!wish.only) return {};
  return json::serialize(json::object{{"mode", wish.only_in}, {"tools", to_json(*wish.only)}});
}

}  // namespace

void write_loaded(storage::RealtimeSession& row, const registry::LoadedSet& set) {
  row.current_mode = set.mode;
  row.selected_account_email = set.account;
  row.epoch = set.epoch;
  row.active_tools = set.tools ? json::serialize(to_json(*set.tools)) : "";
  row.narrowed_to = set.narrowed_to;
}

LoadWish wish_of(const storage::RealtimeSession& row) {
  LoadWish wish;
  wish.mode = row.current_mode;
  wish.account = row.selected_account_email;
  const auto narrowed = parse_strict(row.narrowed_to.empty() ? "{}" : row.narrowed_to);
  const auto* fields = narrowed ? narrowed->if_object() : nullptr;
  const auto* names = fields ? find_array(*fields, "tools") : nullptr;
  if (!names) return wish;
  wish.only_in = text_at(*fields, "mode");
  wish.only.emplace();
  for (const auto& name : *names) {
    if (name.is_string()) wish.only->emplace(name.get_string());
  }
  return wish;
}

LoadBook::Entry* LoadBook::find(const std::string& session_id) {
  const auto at = entries_.find(session_id);
  return at == entries_.end() ? nullptr : &at->second;
}

/// Of a conversation whose tools come and go.
LoadBook::Entry* LoadBook::find_gated(const std::string& session_id) {
  auto* entry = find(session_id);
  return entry && entry->set ? entry : nullptr;
}

bool LoadBook::renew(Entry& entry) {
  if (!entry.set) return false;
  auto next = load(entry.ground, entry.wish);
  next.narrowed_to = encode_only(entry.wish);
  const auto* old = entry.set.get();
  const bool is_same = old && old->mode == next.mode && old->account == next.account &&
                       old->tools == next.tools && old->accounts == next.accounts &&
                       old->narrowed_to == next.narrowed_to;
  if (is_same) return false;
  next.epoch = old ? old->epoch + 1 : next.epoch;
  if (old) {
    if (entry.earlier.size() >= kMostEarlier) entry.earlier.erase(entry.earlier.begin());
    entry.earlier.push_back(entry.set);
  }
  entry.set = std::make_shared<const registry::LoadedSet>(std::move(next));
  if (entry.row && records_) {
    write_loaded(*entry.row, *entry.set);
    records_->note(*entry.row);
  }
  return true;
}

LoadBook::Set LoadBook::begin(LoadGround ground, LoadWish wish, std::uint64_t epoch,
                              std::optional<storage::RealtimeSession> row) {
  const std::lock_guard lock(mutex_);
  if (row) sweep(*row);
  return enter_book(std::move(ground), std::move(wish), epoch, std::move(row));
}

Result<LoadBook::Held> LoadBook::hold(LoadGround ground, LoadWish wish, std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  const auto* known = find(ground.session_id);
  if (known && known->holder != 0) {
    return fail(ErrorType::conflict, "that session is held by another connection; end it there");
  }
  if (known) {  // as it is now, which may be later than its row
    wish = known->wish;
    epoch = known->set ? known->set->epoch : epoch;
  }
  const auto id = ground.session_id;
  auto set = enter_book(std::move(ground), std::move(wish), epoch, {});
  const auto holder = ++holders_;
  find(id)->holder = holder;
  return Held{std::move(set), holder};
}

LoadBook::Set LoadBook::enter_book(LoadGround ground, LoadWish wish, std::uint64_t epoch,
                                   std::optional<storage::RealtimeSession> row) {
  const auto id = ground.session_id;
  settle_account(ground, wish);
  // What was left then may have been taken from the user since.
  if (!wish.mode.empty() && find_obstacle(ground, wish, wish.mode)) wish.mode.clear();
  auto& entry = entries_[id];
  entry = {std::move(ground), std::move(wish), nullptr, {}, std::move(row), 0, {}};
  if (is_gated(entry.ground)) {
    auto first = load(entry.ground, entry.wish);
    first.epoch = epoch + 1;
    first.narrowed_to = encode_only(entry.wish);
    entry.set = std::make_shared<const registry::LoadedSet>(std::move(first));
  }
  if (entry.row && entry.set) write_loaded(*entry.row, *entry.set);
  if (entry.row && records_) records_->note(*entry.row);
  return entry.set;
}

/// Conversations that were made and never begun, or whose clients talk to the provider and have
/// gone, do not stay for ever: not longer than a credential can, and not too many of one user.
void LoadBook::sweep(const storage::RealtimeSession& newest) {
  const auto* oldest = &newest;
  std::size_t of_user = 0;
  std::vector<std::string> over;
  for (const auto& [id, entry] : entries_) {
    if (!entry.row || entry.holder != 0) continue;
    if (newest.created_at_ms - entry.row->created_at_ms > kLongestUnheld.count()) {
      over.push_back(id);
    } else if (entry.row->subject == newest.subject && entry.row->tenant_id == newest.tenant_id) {
      ++of_user;
      if (entry.row->created_at_ms <= oldest->created_at_ms) oldest = &*entry.row;
    }
  }
  if (of_user >= kMostUnheld && oldest != &newest) over.push_back(oldest->id);
  for (const auto& id : over) erase_unheld(id, newest.created_at_ms);
  sweep_snapshots(newest.created_at_ms);
}

/// Each keeps the version of the packs that it was made with. Where the packs have changed so often
/// that too many are kept, those of the oldest end.
void LoadBook::sweep_snapshots(std::int64_t now_ms) {
  std::map<const registry::Snapshot*, std::int64_t> made_at;  // the first with it
  for (const auto& [id, entry] : entries_) {
    if (!entry.row || entry.holder != 0) continue;
    const auto [at, is_new] =
        made_at.try_emplace(entry.ground.snapshot.get(), entry.row->created_at_ms);
    at->second = std::min(at->second, entry.row->created_at_ms);
  }
  while (made_at.size() > kMostSnapshots) {
    const auto oldest =
        std::min_element(made_at.begin(), made_at.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    std::vector<std::string> over;
    for (const auto& [id, entry] : entries_) {
      const bool is_unheld = entry.row && entry.holder == 0;
      if (is_unheld && entry.ground.snapshot.get() == oldest->first) over.push_back(id);
    }
    for (const auto& id : over) erase_unheld(id, now_ms);
    made_at.erase(oldest);
  }
}

bool LoadBook::name_unheld(const std::string& session_id, const std::string& provider_session_id) {
  const std::lock_guard lock(mutex_);
  auto* entry = find(session_id);
  const bool is_unheld = entry && entry->row && entry->holder == 0;
  if (!is_unheld || entry->row->provider.empty()) return false;
  if (!entry->row->provider_session_id.empty()) {
    entry->other_name = provider_session_id;
    return true;
  }
  entry->row->provider_session_id = provider_session_id;
  if (records_) records_->note(*entry->row);
  return true;
}

std::string LoadBook::find_other_name(const std::string& name, const std::string& subject) const {
  const std::lock_guard lock(mutex_);
  const auto is_it = [&](const auto& each) {
    const auto& entry = each.second;
    return entry.other_name == name && entry.row && entry.row->subject == subject;
  };
  const auto at = std::find_if(entries_.begin(), entries_.end(), is_it);
  return name.empty() || at == entries_.end() ? std::string() : at->first;
}

void LoadBook::erase_unheld(const std::string& session_id, std::int64_t now_ms) {
  auto row = std::move(*entries_.at(session_id).row);
  entries_.erase(session_id);
  row.state = storage::SessionState::ended;
  row.ended_at_ms = now_ms;
  if (records_) records_->note(std::move(row));
}

void LoadBook::end_unheld(const std::string& session_id, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  auto* entry = find(session_id);
  if (!entry || !entry->row || entry->holder != 0) return;
  entry->row->is_over = true;
  entry->row->open_questions.clear();
  erase_unheld(session_id, now_ms);
}

bool LoadBook::is_held(const std::string& session_id) const {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(session_id);
  return at != entries_.end() && at->second.holder != 0;
}

void LoadBook::let_go(const std::string& session_id, std::uint64_t holder) {
  const std::lock_guard lock(mutex_);
  const auto* entry = find(session_id);
  if (entry && entry->holder == holder) entries_.erase(session_id);
}

LoadBook::Set LoadBook::current(const std::string& session_id) const {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(session_id);
  return at == entries_.end() ? nullptr : at->second.set;
}

LoadBook::Set LoadBook::at(const std::string& session_id, std::uint64_t epoch) const {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(session_id);
  if (at == entries_.end()) return nullptr;
  const auto& entry = at->second;
  if (entry.set && entry.set->epoch == epoch) return entry.set;
  const auto found = std::find_if(entry.earlier.begin(), entry.earlier.end(),
                                  [&](const Set& set) { return set->epoch == epoch; });
  return found == entry.earlier.end() ? nullptr : *found;
}

std::size_t LoadBook::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void LoadBook::close() {
  {
    const std::lock_guard telling(telling_);
    is_closed_ = true;
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const auto& each) { return each.second.holder == 0; });
}

void LoadBook::tell(const std::vector<std::string>& session_ids) {
  const std::lock_guard telling(telling_);
  if (is_closed_) return;
  for (const auto& id : session_ids) watcher_.on_loaded(id);
}

Result<void> LoadBook::enter(Entry& entry, const std::string& mode) {
  if (auto obstacle = find_obstacle(entry.ground, entry.wish, mode)) return std::move(*obstacle);
  if (entry.wish.mode == mode) return {};
  entry.wish.mode = mode;
  return {};
}

Result<LoadBook::Set> LoadBook::change(const std::string& session_id, const LoadChange& change) {
  Set set;
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    auto* entry = find_gated(session_id);
    if (!entry) return unknown_session();
    const auto before = entry->wish;
    if (change.mode) {
      const auto entered = enter(*entry, *change.mode);
      if (!entered) return entered.error();
      if (change.is_programs) entry->wish.only.reset();
    }
    if (change.only) {
      entry->wish.only.emplace();
      entry->wish.only_in = entry->wish.mode;
      for (const auto& name : *change.only) {
        const auto* tool = entry->ground.snapshot->find(name);
        if (!tool || !may_load(entry->ground, *tool, entry->wish)) {
          entry->wish = before;
          return fail(ErrorType::validation,
                      "active_tools: " + name + " is not a tool of this mode that could be loaded");
        }
        entry->wish.only->insert(name);
      }
    }
    is_new = renew(*entry);
    set = entry->set;
  }
  if (is_new) tell({session_id});
  return set;
}

void LoadBook::touch(const std::string& session_id, std::string_view tool) {
  const std::lock_guard lock(mutex_);
  auto* entry = find_gated(session_id);
  if (entry && entry->ground.most_tokens > 0) use(entry->wish.recent, tool);
}

/// `change` says whether anything of the user is another than before.
template <class Change>
void LoadBook::change_users(const std::string& tenant_id, const std::string& subject,
                            const Change& change) {
  std::vector<std::string> changed;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, entry] : entries_) {
      if (entry.ground.tenant_id != tenant_id || entry.ground.subject != subject) continue;
      const bool is_other = change(entry);
      if (renew(entry)) changed.push_back(id);
      if (is_other) entry.earlier.clear();  // something in them may be the user's no more
    }
  }
  tell(changed);
}

void LoadBook::set_accounts(const std::string& tenant_id, const std::string& subject,
                            const std::vector<UsableAccount>& accounts) {
  change_users(tenant_id, subject, [&](Entry& entry) {
    const bool is_other = entry.ground.accounts != accounts;
    entry.ground.accounts = accounts;
    settle_account(entry.ground, entry.wish);
    return is_other;
  });
}

void LoadBook::set_modes(const std::string& tenant_id, const std::string& subject,
                         const std::optional<ToolNames>& modes) {
  change_users(tenant_id, subject, [&](Entry& entry) {
    const bool is_other = entry.ground.modes != modes;
    entry.ground.modes = modes;
    if (modes && !modes->contains(entry.wish.mode)) entry.wish.mode.clear();
    return is_other;
  });
}

LoadBook::Answer LoadBook::set_mode(const registry::CallContext& context, const std::string& mode) {
  auto changed = change(context.session_id, {.mode = mode, .only = {}, .is_programs = false});
  if (!changed) return changed.error();
  return to_answer(**changed);
}

LoadBook::Answer LoadBook::select_account(const registry::CallContext& context,
                                          const std::string& wanted) {
  Set set;
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    auto* entry = find_gated(context.session_id);
    if (!entry) return unknown_session();
    const auto account = find_account(entry->ground, wanted);
    if (!account) return account.error();
    entry->wish.account = account->email;
    entry->wish.has_lost_account = false;
    is_new = renew(*entry);
    set = entry->set;
  }
  if (is_new) tell({context.session_id});
  return to_answer(*set);
}

json::object LoadBook::describe(const Entry& entry, const registry::ToolSpec& tool) const {
  json::object out{{"tool", tool.name}, {"summary", tool.summary}};
  const auto mode = mode_for(entry.ground, entry.wish, tool);
  if (mode && *mode != entry.wish.mode) out["mode"] = *mode;
  out["loaded"] = entry.set->tools->contains(tool.name);
  return out;
}

asio::awaitable<LoadBook::Answer> LoadBook::search_tools(const registry::CallContext& context,
                                                         std::string query, std::size_t limit,
                                                         async::Deadline deadline) {
  using Names = std::vector<std::string>;
  std::shared_ptr<const registry::Snapshot> snapshot;
  {
    const std::lock_guard lock(mutex_);
    const auto* entry = find_gated(context.session_id);
    if (!entry) co_return unknown_session();
    snapshot = entry->ground.snapshot;
  }
  std::function<Result<Names>(storage::sqlite::Connection&)> work =
      [indexes = indexes_, snapshot,
       query = std::move(query)](storage::sqlite::Connection&) -> Result<Names> {
    auto index = indexes->find(*snapshot);
    if (!index) return index.error();
    return (*index)->find(query, kMostHits);
  };
  auto searching = database_.read<Names>(deadline, std::move(work), context.tenant_id);
  const auto found = co_await std::move(searching);
  if (!found) co_return found.error();
  co_return answer_found(context, *found, limit);
}

/// What is found in this mode is loaded, where it was not.
Result<json::object> LoadBook::answer_found(const registry::CallContext& context,
                                            const std::vector<std::string>& names,
                                            std::size_t limit) {
  json::array hits;
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    auto* entry = find_gated(context.session_id);
    if (!entry) return unknown_session();
    std::vector<const registry::ToolSpec*> found;
    for (const auto& name : names) {
      const auto* tool = entry->ground.snapshot->find(name);
      const bool is_for_them =
          tool && tool->pack != registry::kMetaPack && mode_for(entry->ground, entry->wish, *tool);
      if (is_for_them && found.size() < limit) found.push_back(tool);
    }
    // The best is to stay longest.
    for (auto tool = found.rbegin(); tool != found.rend(); ++tool) {
      if (!may_load(entry->ground, **tool, entry->wish)) continue;
      if (entry->ground.most_tokens > 0) use(entry->wish.recent, (*tool)->name);
    }
    is_new = !entry->ground.is_frozen && renew(*entry);
    for (const auto* tool : found) hits.push_back(describe(*entry, *tool));
  }
  if (is_new) tell({context.session_id});
  return json::object{{"tools", std::move(hits)}};
}

LoadBook::Answer LoadBook::describe_tool(const registry::CallContext& context,
                                         const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto* entry = find_gated(context.session_id);
  if (!entry) return unknown_session();
  const auto* tool = entry->ground.snapshot->find(name);
  // The same for what is not there and what is not theirs.
  if (!tool || !mode_for(entry->ground, entry->wish, *tool)) {
    return fail(ErrorType::not_found, "there is no tool " + name + "; search_tools finds some");
  }
  auto out = describe(*entry, *tool);
  if (!tool->description.empty()) out["description"] = tool->description;
  out["arguments"] = tool->input_schema;
  return out;
}

}  // namespace callosum::session
