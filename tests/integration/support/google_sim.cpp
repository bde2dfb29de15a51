#include "google_sim.hpp"

#include <stdexcept>

#include "base/json.hpp"
#include "base/text.hpp"
#include "stage.hpp"

namespace callosum::testing {

GoogleSim::GoogleSim(const std::vector<std::string>& options) {
  std::vector<std::string> command{program("callosum-sim"), "google",      "--listen",
                                   "127.0.0.1:0",           "--client-id", "client-7",
                                   "--client-secret",       secret()};
  command.insert(command.end(), options.begin(), options.end());
  process_ = std::make_unique<Process>(command, Environment{});
  const auto line = process_->read_line(std::chrono::seconds(30));
  const auto at = line.find("http://");
  if (at == std::string::npos) throw std::runtime_error("no address: " + process_->errors());
  base_ = line.substr(at, line.find_last_of('/') - at);
}

std::string GoogleSim::secret() { return "a-client-secret-of-google"; }
std::string GoogleSim::key() {
  return "5d0f1c2b3a49586776859493a2b1c0df0e1d2c3b4a59687786f5e4d3c2b1a091";
}
Environment GoogleSim::environment() {
  return {{"GOOGLE_CLIENT_SECRET", secret()}, {"ACCOUNTS_KEY", key()}};
}

std::vector<std::string> GoogleSim::options(const std::vector<std::string>& sets) const {
  std::vector<std::string> all{"accounts.key_env=ACCOUNTS_KEY",
                               "accounts.google.client_id=client-7",
                               "accounts.google.auth_url=" + base_ + "/o/oauth2/v2/auth",
                               "accounts.google.token_url=" + base_ + "/token",
                               "accounts.google.revoke_url=" + base_ + "/revoke"};
  all.insert(all.end(), sets.begin(), sets.end());
  std::vector<std::string> out;
  for (const auto& set : all) out.insert(out.end(), {"--set", set});
  return out;
}

json::object GoogleSim::stats() const {
  return parse_strict(fetch(base_ + "/sim/stats").body).value().as_object();
}

net::HttpResponse GoogleSim::post(const std::string& path, const std::string& body) const {
  net::HttpRequest request;
  request.method = "POST";
  request.body = body;
  return fetch(base_ + path, request);
}

std::string GoogleSim::allow(const std::string& url, const std::string& account,
                             const std::string& decision) const {
  net::HttpRequest asked;
  asked.target = "/" + url.substr(url.find('?'));
  auto form = "decision=" + decision + "&account=" + net::encode_percent(account);
  const auto scopes = asked.query("scope");
  for (const auto scope : split(scopes, ' ')) {
    // Under the name that its page has for it.
    const auto name =
        scope == "email" ? "https://www.googleapis.com/auth/userinfo.email" : std::string(scope);
    form += "&scope=" + net::encode_percent(name);
  }
  const auto answer = post(url.substr(base_.size()), form);
  if (answer.status != 302) throw std::runtime_error(answer.body);
  return std::string(answer.headers.get("Location"));
}

std::string form_of(const net::HttpResponse& page) {
  std::string form;
  for (const auto* name : {"state", "code"}) {
    const auto mark = "name=\"" + std::string(name) + "\" value=\"";
    const auto at = page.body.find(mark);
    if (at == std::string::npos) continue;
    const auto from = at + mark.size();
    const auto value = page.body.substr(from, page.body.find('"', from) - from);
    form += (form.empty() ? "" : "&") + std::string(name) + "=" + net::encode_percent(value);
  }
  return form;
}

net::HttpResponse connect_account(const GoogleSim& google, const std::string& gateway,
                                  const std::string& token, const std::string& account) {
  net::HttpRequest start;
  start.headers.set("Authorization", "Bearer " + token);
  const auto started = fetch(gateway + "/api/accounts/google/start", start);
  if (started.status != 200) return started;
  const std::string url(parse_strict(started.body)->at("url").as_string());
  const auto question = fetch(google.allow(url, account));
  if (question.status != 200) return question;
  net::HttpRequest press;
  press.method = "POST";
  press.body = form_of(question);
  return fetch(gateway + "/api/accounts/google/callback", press);
}

}  // namespace callosum::testing
