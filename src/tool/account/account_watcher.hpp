#pragma once

#include <string>

namespace callosum::tool::account {

/// Whoever lets conversations know that a person can use other accounts than before.
class AccountWatcher {
 public:
  virtual ~AccountWatcher() = default;
  /// One was connected, removed, or is no longer honoured; it is on disk by then. Any thread;
  /// neither waits nor fails.
  virtual void on_accounts_changed(const std::string& tenant_id, const std::string& subject) = 0;
};

}  // namespace callosum::tool::account
