#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// A column of the receptionist pack's `businesses` that holds JSON text: what prompts and tools
/// tell callers of a business.
struct BusinessFact {
  std::string_view column;
  bool is_list = false;  ///< else an object, whose members are changed one by one

  static const BusinessFact& hours();     ///< {monday: {open, close} or null, …}
  static const BusinessFact& services();  ///< [{name, price?, duration_minutes?}, …]
};

// All of these run within the caller's transaction, on the caller's thread. NOT_LOADED where the
// pack's tables are not there.

/// What is on record, or nothing: an empty list or object.
Result<json::value> find_business_fact(sqlite::Connection& connection, const BusinessFact& fact,
                                       std::string_view business_id);
/// A list is replaced; of an object, members that are not among `value` stay as they are. The whole
/// of it afterwards.
Result<json::value> change_business_fact(sqlite::Connection& connection, const BusinessFact& fact,
                                         std::string_view business_id, const json::value& value);
/// A business without a row in `businesses` gets one, of its tenant's name.
Result<void> ensure_business(sqlite::Connection& connection, std::string_view business_id);

}  // namespace callosum::storage
