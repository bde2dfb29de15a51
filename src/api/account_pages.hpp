#pragma once

#include <string>
#include <string_view>

#include "net/http.hpp"

namespace callosum::api {

// What people see in their browser on the way back from a service: plain HTML without scripts, not
// to be framed, kept or referred from.

struct AccountPage {
  int status = 200;
  std::string title;
  std::string text;       ///< a sentence or two
  std::string return_to;  ///< where a link leads; empty: none
};
net::HttpResponse account_page(const AccountPage& page);

/// Asks, before anything is exchanged, whether the one at the browser is who began: otherwise
/// somebody could be led through a sign-in that ends in another's hands.
struct AccountQuestion {
  std::string title_of_service;
  std::string user_name;
  std::string tenant_name;
  std::string state, code;  ///< sent again with the answer
};
net::HttpResponse account_question(const AccountQuestion& question);

std::string escape_html(std::string_view text);

}  // namespace callosum::api
