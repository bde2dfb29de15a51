#pragma once

#include <string>
#include <vector>

#include "sim/google/accounts.hpp"

namespace callosum::sim::google {

/// A mail that somebody sends, checked and with the fields that the service sets: From is the
/// sender's own, Date is added where it was missing, Message-ID is always the service's: nobody
/// finds a mail again by one of their own.
struct Outgoing {
  std::string raw;
  std::vector<std::string> recipients;  ///< of To, Cc and Bcc, each once
  std::string message_id;
  std::string given_message_id;  ///< that the sender wanted; lost
};

/// `needs_recipient`: a draft may go without one. 400 with what the service says.
Answer<Outgoing> prepare_outgoing(const Account& sender, std::string raw, bool needs_recipient);

/// Puts it into the boxes of those who have one here; the number of them.
std::size_t deliver(Accounts& accounts, const Account& sender, const Outgoing& mail);

}  // namespace callosum::sim::google
