#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

namespace callosum::registry {

/// What a session has at hand in one epoch. Immutable: a new epoch gets a new one, and a call keeps
/// the one it was issued in.
struct LoadedSet {
  using Names = std::set<std::string, std::less<>>;

  std::uint64_t epoch = 0;
  std::string mode;            ///< empty: none has been entered
  std::string account;         ///< e-mail of the selected account; empty: none
  std::optional<Names> tools;  ///< names that are loaded; nothing: all of the mode's
  std::string narrowed_to;     ///< as a row keeps it: what a program wants no more than
  Names disabled;              ///< "pack.name" or "pack": switched off for the tenant
  Names accounts;              ///< services that the selected account is of: "google"
};

}  // namespace callosum::registry
