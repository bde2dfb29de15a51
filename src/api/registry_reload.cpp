#include "api/registry_reload.hpp"

#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

json::array encode(const std::vector<registry::LoadProblem>& problems) {
  json::array out;
  for (const auto& problem : problems) {
    out.push_back(json::object{{"file", problem.place.file},
                               {"line", problem.place.line},
                               {"field", problem.field},
                               {"message", problem.message}});
  }
  return out;
}

net::HttpResponse refusal(const ReloadReport& report) {
  const auto count = report.problems.size();
  const json::object error{
      {"type", to_string(ErrorType::validation)},
      {"message", "not reloaded, the tools of before serve on: " + std::to_string(count) +
                      (count == 1 ? " problem" : " problems") + " in the packs"},
      {"problems", encode(report.problems)}};
  const json::object body{{"error", error}, {"registry_version", report.old_version}};
  return net::HttpResponse::json(422, json::serialize(body));
}

}  // namespace

RegistryReloadResource::RegistryReloadResource(const auth::Authenticator& authenticator,
                                               Reload reload)
    : authenticator_(authenticator), reload_(std::move(reload)) {}

asio::awaitable<net::HttpResponse> RegistryReloadResource::handle(const net::HttpRequest& request,
                                                                  const std::vector<std::string>&) {
  const auto principal = auth::authenticate_operator(authenticator_, request);
  if (!principal) co_return error_response(principal.error());
  const auto report = co_await reload_();
  if (!report) co_return error_response(report.error());
  if (!report->problems.empty()) co_return refusal(*report);
  const json::object body{{"old_version", report->old_version},
                          {"new_version", report->new_version},
                          {"changed", report->old_version != report->new_version},
                          {"warnings", encode(report->warnings)}};
  co_return net::HttpResponse::json(200, json::serialize(body));
}

}  // namespace callosum::api
