#include "sim/google/consent_page.hpp"

#include "sim/google/params.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::string_view kHead =
    "<!doctype html><html lang=en><meta charset=utf-8><title>Simulated sign-in</title>"
    "<style>body{font:16px sans-serif;max-width:34em;margin:3em auto}label{display:block;"
    "margin:.4em 0}button{font:inherit;margin-right:1em}</style>";

std::string choice(std::string_view type, std::string_view name, const std::string& value) {
  const auto text = escape_html(value);
  return "<label><input type=" + std::string(type) + " name=" + std::string(name) + " value=\"" +
         text + "\" checked> " + text + "</label>";
}

}  // namespace

std::string consent_page(const AuthRequest& request, const Accounts& accounts,
                         std::string_view target) {
  std::string out(kHead);
  out += "<h1>Simulated sign-in</h1><p>" + escape_html(request.client_id) +
         " wants to reach an account of this simulator.</p><form method=post action=\"" +
         escape_html(target) + "\"><h2>Account</h2>";
  std::string chosen;
  // The last one that is checked counts: the one hinted at, else the first.
  for (auto at = accounts.all().rbegin(); at != accounts.all().rend(); ++at) {
    const auto row = choice("radio", "account", (*at)->email);
    if ((*at)->email == request.login_hint) {
      chosen = row;
    } else {
      out += row;
    }
  }
  out += chosen + "<h2>What it may do</h2>";
  for (const auto& scope : request.scopes) out += choice("checkbox", "scope", scope);
  out +=
      "<p><button name=decision value=allow>Allow</button>"
      "<button name=decision value=deny>Deny</button></p></form></html>";
  return out;
}

std::string error_page(int status, std::string_view error, std::string_view description) {
  return std::string(kHead) + "<h1>Access blocked: authorization error</h1><p>" +
         escape_html(description) + "</p><p>Error " + std::to_string(status) + ": " +
         escape_html(error) + "</p></html>";
}

}  // namespace callosum::sim::google
