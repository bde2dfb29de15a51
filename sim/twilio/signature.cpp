#include "sim/twilio/signature.hpp"

#include <map>
#include <set>

#include "base/encoding.hpp"
#include "net/http.hpp"
#include "sim/twilio/sha1.hpp"

namespace callosum::sim::twilio {

std::string encode_form(const FormFields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += net::encode_percent(name) + "=" + net::encode_percent(value);
  }
  return out;
}

std::string sign_request(std::string_view auth_token, std::string_view url,
                         const FormFields& fields) {
  std::map<std::string_view, std::set<std::string_view>> sorted;
  for (const auto& [name, value] : fields) sorted[name].insert(value);
  std::string text(url);
  for (const auto& [name, values] : sorted) {
    for (const auto value : values) text.append(name).append(value);
  }
  return encode_base64(hmac_sha1(auth_token, text));
}

std::string upgrade_url(std::string_view url, UpgradeForm form) {
  const auto authority = url.find("://") + 3;
  const auto path = std::min(url.find('/', authority), url.size());
  std::string out(url.substr(0, path));
  const bool has_port = url.substr(authority, path - authority).find(':') != std::string_view::npos;
  const bool wants_port = form == UpgradeForm::port || form == UpgradeForm::port_slash;
  if (wants_port && !has_port) out += url.starts_with("wss:") ? ":443" : ":80";
  out += url.substr(path);
  const bool wants_slash = form == UpgradeForm::slash || form == UpgradeForm::port_slash;
  if (wants_slash && !out.ends_with('/')) out += '/';
  return out;
}

}  // namespace callosum::sim::twilio
