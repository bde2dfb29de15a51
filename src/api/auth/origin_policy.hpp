#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/http.hpp"

namespace callosum::api::auth {

/// Which web pages may connect. Browsers send `Origin`, other programs do not; a page that is not
/// listed is refused whatever it sends along, cookies included.
class OriginPolicy {
 public:
  /// `allowed`: "https://shop.example". `allow_loopback`: any port of this machine, for demo.
  OriginPolicy(const std::vector<std::string>& allowed, bool allow_loopback);

  /// FORBIDDEN for an origin that may not; fine where there is none.
  Result<void> check(const net::HttpRequest& request) const;

 private:
  std::set<std::string, std::less<>> allowed_;
  bool allow_loopback_;
};

}  // namespace callosum::api::auth
