#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/google/scopes.hpp"

namespace callosum::sim::google {

/// A call that does not go as it should.
struct Fault {
  std::string path;        ///< of the request, or the beginning of it; empty: any
  std::string method;      ///< GET, POST, …; empty: any
  std::string account;     ///< whose token the call carries; empty: anybody's
  std::size_t skip = 0;    ///< so many such calls pass first
  std::size_t times = 1;   ///< then so many fail
  bool is_always = false;  ///< or all that follow
  int status = 0;          ///< 0: only late
  std::string reason;      ///< `errors[0].reason`; of /token and /revoke, their `error`
  std::string message;
  std::size_t retry_after = 0;  ///< seconds; 0: no header
  std::chrono::milliseconds delay{0};
  bool is_after = false;  ///< the call is done, only its answer is lost
};

/// How whoever sits at the browser decides.
struct Consent {
  bool denies = false;
  std::string account;  ///< empty: as login_hint says, else the first
  Scopes scopes;        ///< only these of what was asked for; empty: all
};

struct Script {
  std::vector<Fault> faults;
  Consent consent;
};

/// VALIDATION with the line, as the other simulators' scripts.
Result<std::shared_ptr<const Script>> parse_script(const std::string& yaml);
Result<std::shared_ptr<const Script>> load_script(const std::string& path);

}  // namespace callosum::sim::google
