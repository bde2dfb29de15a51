#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// The modes that a user may enter; nothing: all of them.
using UserModes = std::optional<std::vector<std::string>>;

// Within the caller's transaction, on the caller's thread.

Result<UserModes> find_user_modes(sqlite::Connection& connection, std::string_view tenant_id,
                                  std::string_view subject);

struct UserModesChange {
  std::string tenant_id, subject;
  UserModes modes;  ///< nothing: all of them again
  std::string changed_by;
};
Result<void> save_user_modes(sqlite::Connection& connection, const UserModesChange& change);

}  // namespace callosum::storage
