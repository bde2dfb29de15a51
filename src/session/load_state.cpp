#include "session/load_state.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace callosum::session {
namespace {

using registry::Mode;
using registry::Pack;
using registry::ToolSpec;

bool has(const std::vector<std::string>& list, std::string_view what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

const Mode* mode_of(const Pack& pack, std::string_view name) {
  const auto at = std::find_if(pack.modes.begin(), pack.modes.end(),
                               [&](const Mode& mode) { return mode.name == name; });
  return at == pack.modes.end() ? nullptr : &*at;
}

/// Whether the conversation has anything of this pack.
bool is_of(const LoadGround& ground, const Pack& pack) {
  const bool is_meant = ground.pack.empty() || pack.name == ground.pack;
  return is_meant && !ground.off.contains(pack.name);
}

bool may_load_meta(const LoadGround& ground, const ToolSpec& tool, const LoadWish& wish) {
  if (tool.name == registry::kSetMode || tool.name == registry::kSelectAccount) return true;
  const bool carries_others = tool.name == registry::kSearchTools ||
                              tool.name == registry::kDescribeTool ||
                              tool.name == registry::kRunTool;
  if (ground.is_frozen && carries_others) return true;
  const auto& packs = ground.snapshot->packs();
  return !wish.mode.empty() && std::any_of(packs.begin(), packs.end(), [&](const Pack& pack) {
    return is_of(ground, pack) && mode_of(pack, wish.mode) && has(pack.meta_tools, tool.name);
  });
}

const UsableAccount* selected(const LoadGround& ground, const LoadWish& wish) {
  const auto at =
      std::find_if(ground.accounts.begin(), ground.accounts.end(),
                   [&](const UsableAccount& account) { return account.email == wish.account; });
  return at == ground.accounts.end() ? nullptr : &*at;
}

/// Whether it is there in this mode for whoever may use it.
bool is_at_hand(const LoadGround& ground, const ToolSpec& tool, const LoadWish& wish) {
  if (policy::is_off(tool, ground.off)) return false;
  if (tool.pack == registry::kMetaPack) return may_load_meta(ground, tool, wish);
  const auto* pack = ground.snapshot->find_pack(tool.pack);
  if (!pack || !is_of(ground, *pack)) return false;
  if (!pack->modes.empty() && !mode_of(*pack, wish.mode)) return false;
  if (!tool.modes.empty() && !has(tool.modes, wish.mode)) return false;
  if (tool.account.empty()) return true;
  const auto* account = selected(ground, wish);
  return account && account->service == tool.account;
}

/// Those that were not used for longest go until the rest fits; one stays.
void leave_out_oldest(std::vector<const ToolSpec*>& tools, std::size_t tokens, std::size_t most,
                      const std::vector<std::string>& recent) {
  const auto age = [&](const ToolSpec* tool) {  // what was never used is the oldest
    const auto at = std::find(recent.begin(), recent.end(), tool->name);
    return at == recent.end() ? std::ptrdiff_t{-1} : at - recent.begin();
  };
  std::stable_sort(tools.begin(), tools.end(),
                   [&](const auto* a, const auto* b) { return age(a) > age(b); });
  while (tokens > most && tools.size() > 1) {
    tokens -= tools.back()->list_tokens;
    tools.pop_back();
  }
}

/// A tool is of no use without those that it requires.
void leave_out_unfounded(const registry::Snapshot& snapshot, ToolNames& names) {
  bool has_changed = true;
  while (has_changed) {
    has_changed = std::erase_if(names, [&](const std::string& name) {
                    const auto& needed = snapshot.find(name)->requires_tools;
                    return std::any_of(needed.begin(), needed.end(), [&](const auto& each) {
                      return !names.contains(each) && snapshot.find(each);
                    });
                  }) > 0;
  }
}

Error forbidden(std::string message) { return fail(ErrorType::forbidden, std::move(message)); }
Error not_loaded(std::string message) { return fail(ErrorType::not_loaded, std::move(message)); }

/// Whether the user may ever be in it.
bool is_theirs(const LoadGround& ground, const Mode& mode) {
  const bool has_role =
      mode.roles.empty() || std::any_of(ground.roles.begin(), ground.roles.end(),
                                        [&](const auto& role) { return has(mode.roles, role); });
  return has_role && (!ground.modes || ground.modes->contains(mode.name));
}

std::optional<Error> find_obstacle(const LoadGround& ground, const LoadWish& now,
                                   const Mode& mode) {
  const auto& name = mode.name;
  if (!is_theirs(ground, mode)) {
    return forbidden("you may not use " + name + "; somebody who manages this can allow it");
  }
  if (ground.assurance < mode.min_assurance) {
    return forbidden("who is calling must be known better for " + name + "; sign in first");
  }
  if (!mode.from.empty() && name != now.mode && !has(mode.from, now.mode)) {
    return not_loaded(name + " is entered from " + join(mode.from, " or ") + "; go there first");
  }
  if (mode.account.empty()) return std::nullopt;
  const auto* account = selected(ground, now);
  if (account && account->service == mode.account) return std::nullopt;
  std::vector<std::string> usable;
  for (const auto& each : ground.accounts) {
    if (each.service == mode.account) usable.push_back(each.email);
  }
  if (usable.empty()) {
    return not_loaded(name + " needs a " + mode.account + " account; connect one first");
  }
  return not_loaded("which account? There are " + join(usable, " and ") + "; select one first");
}

}  // namespace

registry::Audience LoadGround::audience(std::string_view mode) const {
  return {.channel = channel,
          .roles = roles,
          .assurance = assurance,
          .mode = mode,
          .is_realtime = true,
          .access_mode = access_mode};
}

bool is_gated(const LoadGround& ground) {
  const auto& packs = ground.snapshot->packs();
  return std::any_of(packs.begin(), packs.end(),
                     [&](const Pack& pack) { return !pack.modes.empty() && is_of(ground, pack); });
}

bool may_load(const LoadGround& ground, const ToolSpec& tool, const LoadWish& wish) {
  return is_at_hand(ground, tool, wish) && registry::is_for(tool, ground.audience(wish.mode));
}

registry::LoadedSet load(const LoadGround& ground, const LoadWish& wish) {
  registry::LoadedSet set;
  set.mode = wish.mode;
  set.disabled = ground.off;
  if (const auto* account = selected(ground, wish)) {
    set.account = account->email;
    set.accounts.insert(account->service);
  }
  set.tools.emplace();
  const bool is_narrowed = wish.only && wish.only_in == wish.mode;
  std::vector<const ToolSpec*> counted;  // what takes room in the list, and may be left out of it
  std::size_t tokens = 0;
  for (const auto& tool : ground.snapshot->tools()) {
    if (!is_at_hand(ground, tool, wish)) continue;
    const bool is_meta = tool.pack == registry::kMetaPack;
    if (!is_meta && is_narrowed && !wish.only->contains(tool.name)) continue;
    const auto* pack = ground.snapshot->find_pack(tool.pack);
    const bool comes_and_goes = !is_meta && pack && !pack->modes.empty();
    // What is listed for nobody here has its own gates, which say why.
    if (!comes_and_goes || !registry::is_for(tool, ground.audience(wish.mode))) {
      set.tools->insert(tool.name);
      continue;
    }
    tokens += tool.list_tokens;
    counted.push_back(&tool);
  }
  const bool is_bounded = ground.most_tokens > 0 && !ground.is_frozen;  // a frozen one lists none
  if (is_bounded && tokens > ground.most_tokens) {
    leave_out_oldest(counted, tokens, ground.most_tokens, wish.recent);
  }
  for (const auto* tool : counted) set.tools->insert(tool->name);
  leave_out_unfounded(*ground.snapshot, *set.tools);
  return set;
}

std::optional<Error> find_obstacle(const LoadGround& ground, const LoadWish& now,
                                   const std::string& name) {
  bool is_there = false;
  for (const auto& pack : ground.snapshot->packs()) {
    const auto* mode = is_of(ground, pack) ? mode_of(pack, name) : nullptr;
    if (!mode) continue;
    is_there = true;
    if (auto obstacle = find_obstacle(ground, now, *mode)) return obstacle;
  }
  if (is_there) return std::nullopt;
  std::vector<std::string> there;
  for (const auto* each : modes_for(ground)) there.push_back(each->name);
  return fail(ErrorType::validation,
              "there is no mode " + name + " here; there are " + join(there, ", "));
}

std::vector<const Mode*> modes_for(const LoadGround& ground) {
  std::vector<const Mode*> out;
  for (const auto& pack : ground.snapshot->packs()) {
    if (!is_of(ground, pack)) continue;
    for (const auto& mode : pack.modes) {
      const bool is_known = std::any_of(
          out.begin(), out.end(), [&](const auto* other) { return other->name == mode.name; });
      const bool may_enter = is_theirs(ground, mode) && ground.assurance >= mode.min_assurance;
      if (!is_known && may_enter) out.push_back(&mode);
    }
  }
  return out;
}

Result<UsableAccount> find_account(const LoadGround& ground, const std::string& wanted) {
  const auto lower = to_lower_ascii(wanted);
  std::vector<const UsableAccount*> found;
  std::vector<std::string> there;
  for (const auto& account : ground.accounts) {
    const auto email = to_lower_ascii(account.email);
    if (email == lower) return account;
    if (email.find(lower) != std::string::npos) found.push_back(&account);
    there.push_back(account.email);
  }
  if (found.size() == 1) return *found.front();
  if (there.empty()) {
    return fail(ErrorType::not_found, "no account is connected; connect one first");
  }
  const auto type = found.empty() ? ErrorType::not_found : ErrorType::validation;
  return fail(type, "which account? There are " + join(there, " and "));
}

}  // namespace callosum::session
