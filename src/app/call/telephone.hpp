#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/load.hpp"

namespace callosum::app {

/// How a telephone call reaches a gateway: what a running demo leaves for `callosum call --phone`.
struct TelephoneLine {
  std::string public_url;  ///< what its webhooks are signed as
  std::string called;      ///< E.164, as `caller`
  std::string caller;
};
/// One line of JSON, and back. NOT_FOUND where it is none.
std::string to_line(const TelephoneLine& line);
Result<TelephoneLine> parse_telephone_line(std::string_view text);

/// A call of the carrier's simulator, which is no part of this program but stands beside it.
struct TelephoneCall {
  TelephoneLine line;
  std::string gateway;         ///< "http://127.0.0.1:8080"
  std::string auth_token_env;  ///< variable that holds what the carrier signs with
  std::string speech;          ///< WAV file
  std::string save;            ///< empty: the reply is not kept
  std::string ca_file;
  bool is_json = false;
};
/// What is started for it; the token is left out, since others see the arguments of a program.
std::vector<std::string> telephone_command(const TelephoneCall& call, const std::string& simulator);
/// Where it stands, if it does: beside this program.
std::string telephone_simulator();
/// Becomes that program: comes back only with what was missing.
Error place_telephone_call(const TelephoneCall& call, const std::string& simulator,
                           const config::Environment& env);

}  // namespace callosum::app
