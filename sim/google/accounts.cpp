#include "sim/google/accounts.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "sim/google/mail_text.hpp"
#include "sim/google/seed.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kMostAccounts = 20;

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// "John Work" of john@work.example.
std::string name_of(const std::string& email) {
  const auto at = email.find('@');
  auto first = email.substr(0, std::min(at, email.find('.')));
  auto last = email.substr(at + 1);
  last = last.substr(0, last.find('.'));
  first[0] = upper(first[0]);
  last[0] = upper(last[0]);
  return first + " " + last;
}

std::string sub_of(const std::string& email) {
  std::string digits = "1";
  for (const auto byte : sha256(email)) {
    if (digits.size() < 21) digits += static_cast<char>('0' + byte % 10);
  }
  return digits;
}

}  // namespace

std::unique_ptr<Account> Accounts::make(const AccountSetup& setup) const {
  return std::make_unique<Account>(
      Account{.email = setup.email,
              .name = name_of(setup.email),
              .sub = sub_of(setup.email),
              .zone = setup.zone,
              .mailbox = Mailbox(clock_, random_, setup.zone),
              .calendars = CalendarBook(clock_, random_, setup.email)});
}

Result<void> Accounts::add(const AccountSetup& setup) {
  if (!is_mail_address(setup.email) || setup.email.front() == '.') {
    return fail(ErrorType::validation,
                "--account must be an address like john@work.example, not '" + setup.email + "'");
  }
  if (find(setup.email)) return fail(ErrorType::validation, "--account is twice " + setup.email);
  if (accounts_.size() >= kMostAccounts) {
    return fail(ErrorType::validation, "--account may be given twenty times");
  }
  auto lower = setup;
  lower.email = to_lower_ascii(setup.email);
  accounts_.push_back(make(lower));
  seed(*accounts_.back(), accounts_.size() - 1);
  return {};
}

Account* Accounts::find(std::string_view email) {
  const auto folded = to_lower_ascii(email);
  const auto at = std::find_if(accounts_.begin(), accounts_.end(),
                               [&](const auto& one) { return one->email == folded; });
  return at == accounts_.end() ? nullptr : at->get();
}

void Accounts::reset() {
  std::size_t nth = 0;
  for (auto& account : accounts_) {
    account = make({account->email, account->zone});
    seed(*account, nth++);
  }
}

}  // namespace callosum::sim::google
