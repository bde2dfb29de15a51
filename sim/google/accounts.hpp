#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/google/calendar_book.hpp"
#include "sim/google/mailbox.hpp"

namespace callosum::sim::google {

/// Somebody with mail and calendars of their own.
struct Account {
  std::string email;
  std::string name;  ///< "John Work" of john@work.example
  std::string sub;   ///< 21 digits, always the same for an address
  std::string zone;
  Mailbox mailbox;
  CalendarBook calendars;
};

struct AccountSetup {
  std::string email;
  std::string zone;
};

/// All that the service knows. Filled with believable mail and events (seed.hpp).
class Accounts {
 public:
  Accounts(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  /// VALIDATION: not an address, or there twice.
  Result<void> add(const AccountSetup& setup);
  /// Whatever its case; null when there is none.
  Account* find(std::string_view email);
  const std::vector<std::unique_ptr<Account>>& all() const { return accounts_; }
  /// Every mailbox and calendar as it was at the beginning, relative to now. Ends all pointers to
  /// accounts.
  void reset();

 private:
  std::unique_ptr<Account> make(const AccountSetup& setup) const;

  const Clock& clock_;
  Random& random_;
  std::vector<std::unique_ptr<Account>> accounts_;
};

}  // namespace callosum::sim::google
