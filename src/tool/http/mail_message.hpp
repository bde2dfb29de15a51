#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "base/result.hpp"

namespace callosum::tool::http {

namespace json = boost::json;

/// A message as RFC 5322 has it, of `{to, cc, bcc, subject, text}` (`to`, `cc`, `bcc`: an address,
/// or a list of them); from whom it is, and when, is the service's to say. Plain text in UTF-8.
/// VALIDATION names the member that is missing, or that could say more than its own line.
Result<std::string> write_mail(const json::value& fields);

}  // namespace callosum::tool::http
