#include "sim/google/outgoing.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/mail_text.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kMostRecipients = 500;  // of the service, a mail

Answer<void> collect_recipients(const MailPart& mail, std::vector<std::string>& into) {
  for (const auto* field : {"To", "Cc", "Bcc"}) {
    for (auto& address : addresses_of(mail.header(field))) {
      if (!is_mail_address(address)) {
        return bad_request("Invalid " + std::string(field) + " header");
      }
      const bool is_new = std::find(into.begin(), into.end(), address) == into.end();
      if (is_new) into.push_back(std::move(address));
      if (into.size() > kMostRecipients) return bad_request("Too many recipients: at most 500.");
    }
  }
  return {};
}

/// The sender may name an address of their own only; any other is replaced by it.
bool is_from(const Account& sender, const MailPart& mail) {
  const auto from = addresses_of(mail.header("From"));
  return from.size() == 1 && from.front() == sender.email;
}

/// Never the same twice: a box counts what happens to it.
std::string make_message_id(const Account& sender, const std::string& raw) {
  const auto moment =
      std::to_string(sender.mailbox.now_ms()) + " " + std::to_string(sender.mailbox.history_id());
  return "<CA" + sha256_hex(sender.email + moment + raw).substr(0, 32) + "@mail.gmail.com>";
}

}  // namespace

Answer<Outgoing> prepare_outgoing(const Account& sender, std::string raw, bool needs_recipient) {
  const auto mail = parse_mail(raw);
  if (!mail) return bad_request("Invalid RFC822 message: " + mail.error().message);
  Outgoing out;
  const auto collected = collect_recipients(*mail, out.recipients);
  if (!collected) return collected.error();
  if (needs_recipient && out.recipients.empty()) return bad_request("Recipient address required");
  std::string added;
  if (!is_from(sender, *mail)) {
    raw = without_header(raw, "From");
    added += "From: " + encode_header(sender.name) + " <" + sender.email + ">\r\n";
  }
  const auto now = sender.mailbox.now_ms();
  if (mail->header("Date").empty()) {
    added += "Date: " + format_mail_date(now, sender.zone) + "\r\n";
  }
  out.given_message_id = mail->header("Message-ID");
  if (!out.given_message_id.empty()) raw = without_header(raw, "Message-ID");
  out.message_id = make_message_id(sender, raw);
  added += "Message-ID: " + out.message_id + "\r\n";
  out.raw = added + raw;
  return out;
}

std::size_t deliver(Accounts& accounts, const Account& sender, const Outgoing& mail) {
  std::size_t delivered = 0;
  const auto raw = without_header(mail.raw, "Bcc");
  for (const auto& address : mail.recipients) {
    auto* const account = accounts.find(address);
    // One's own mail to oneself is one mail, which is in both places.
    if (!account || account->email == sender.email) continue;
    const auto added = account->mailbox.add(
        {.raw = raw, .labels = {"UNREAD", "IMPORTANT", "CATEGORY_PERSONAL", "INBOX"}});
    delivered += added ? 1 : 0;
  }
  return delivered;
}

}  // namespace callosum::sim::google
