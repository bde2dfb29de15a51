#pragma once

#include <string>
#include <vector>

#include "sim/google/accounts.hpp"

namespace callosum::sim::google {

/// A mail that somebody sends, checked and with the fields that the service adds: From is the
/// sender's own, Date and Message-ID where they were missing.
struct Outgoing {
  std::string raw;
  std::vector<std::string> recipients;  ///< of To, Cc and Bcc, each once
  std::string message_id;
};

/// `needs_recipient`: a draft may go without one. 400 with what the service says.
Answer<Outgoing> prepare_outgoing(const Account& sender, std::string raw, bool needs_recipient);

/// Puts it into the boxes of those who have one here; the number of them.
std::size_t deliver(Accounts& accounts, const Account& sender, const Outgoing& mail);

}  // namespace callosum::sim::google
