#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// A number that callers dial, and whose it is.
struct PhoneNumber {
  std::string number;  ///< E.164: "+390612345678"
  std::string tenant_id;
  std::string pack;  ///< the only one that its calls may use; empty: all
  std::int64_t created_at_ms = 0;
  /// Whom its calls may be handed on to: numbers in E.164, by the names that people know them by.
  std::map<std::string, std::string, std::less<>> transfers;
  std::string carrier{};  ///< whose calls alone are taken for it; empty: whoever's
};

// All of these run within the caller's transaction, on the caller's thread.

Result<std::optional<PhoneNumber>> find_phone_number(sqlite::Connection& connection,
                                                     std::string_view number);
/// Of a tenant, sorted.
Result<std::vector<PhoneNumber>> list_phone_numbers(sqlite::Connection& connection,
                                                    std::string_view tenant_id);
/// Keeps it for this tenant, or changes its pack and its transfers. CONFLICT where it is another
/// tenant's.
Result<void> save_phone_number(sqlite::Connection& connection, const PhoneNumber& number);
/// False: there is none.
Result<bool> remove_phone_number(sqlite::Connection& connection, std::string_view number);

}  // namespace callosum::storage
