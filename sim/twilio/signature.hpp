#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callosum::sim::twilio {

/// The fields of a form in their order.
using FormFields = std::vector<std::pair<std::string, std::string>>;

/// application/x-www-form-urlencoded.
std::string encode_form(const FormFields& fields);

/// X-Twilio-Signature of a request to `url`, exactly as it is written there (protocol: telephony
/// §1.7). Of a GET and of an upgrade there are no fields.
std::string sign_request(std::string_view auth_token, std::string_view url,
                         const FormFields& fields = {});

/// How Twilio may write the address of an upgrade when it signs it (protocol: telephony §1.8).
enum class UpgradeForm { plain, slash, port, port_slash };
std::string upgrade_url(std::string_view url, UpgradeForm form);

}  // namespace callosum::sim::twilio
