#include "sim/deepgram/cloud.hpp"

#include <boost/json/serialize.hpp>

#include "sim/deepgram/flux.hpp"
#include "sim/deepgram/live.hpp"
#include "sim/deepgram/speaker.hpp"
#include "sim/realtime/service_cloud.hpp"

namespace callosum::sim::deepgram {

Result<void> Cloud::take_script(const std::string& yaml) {
  auto script = parse_script(yaml);
  if (!script) return script.error();
  script_ = std::move(*script);
  refused_ = 0;
  return {};
}

/// By header, `Token` or `Bearer`; or by the subprotocols `token, KEY`.
bool Cloud::is_let_in(const net::HttpRequest& request, std::string& subprotocol) const {
  const auto given = request.headers.get("Authorization");
  for (const std::string_view scheme : {"Token ", "token ", "Bearer ", "bearer "}) {
    if (!given.starts_with(scheme)) continue;
    const auto key = given.substr(scheme.size());
    return !key.empty() && (key_.empty() || key == key_);
  }
  const auto offered = offered_subprotocols(request);
  if (offered.size() < 2 || (offered[0] != "token" && offered[0] != "bearer")) return false;
  subprotocol = offered[0];
  return key_.empty() || offered[1] == key_;
}

net::UpgradeDecision Cloud::refuse(int status, const std::string& code) {
  world().records.count("refused_connections");
  net::UpgradeDecision decision;
  const json::object body{
      {"err_code", code}, {"err_msg", code}, {"request_id", world().make_uuid()}};
  decision.refusal = net::HttpResponse::json(status, json::serialize(body));
  decision.refusal->headers.set("dg-error", code);
  decision.refusal->headers.set("dg-request-id", world().make_uuid());
  return decision;
}

Result<MakePartner> Cloud::make_partner(const net::HttpRequest& request) {
  const auto path = request.path();
  const auto script = script_;
  if (path == "/v1/listen" || path == "/v2/listen") {
    const bool is_flux = path == "/v2/listen";
    const auto query = is_flux ? read_flux_query(request) : read_live_query(request);
    if (!query) return query.error();
    return MakePartner([script, query = *query, is_flux](ServiceLine& line) {
      return is_flux ? std::unique_ptr<ServicePartner>(
                           std::make_unique<FluxListener>(line, script, query))
                     : std::make_unique<LiveListener>(line, script, query);
    });
  }
  const auto format = read_format(request, 24000);
  if (!format) return format.error();
  return MakePartner([script, format = *format, model = request.query("model")](ServiceLine& line) {
    return std::make_unique<Speaker>(line, script, format, model);
  });
}

net::UpgradeDecision Cloud::admit(const net::HttpRequest& request) {
  const auto path = request.path();
  if (path != "/v1/listen" && path != "/v2/listen" && path != "/v1/speak") {
    return refuse(404, "NOT_FOUND");
  }
  std::string subprotocol;
  if (!is_let_in(request, subprotocol)) return refuse(401, "INVALID_AUTH");
  if (refused_ < script_->refused_connections) {
    ++refused_;
    return refuse(script_->refuse_status, script_->refuse_error);
  }
  auto make = make_partner(request);
  if (!make) return refuse(400, make.error().message);
  world().records.record("queries", {{"target", request.target}});
  return let_in(std::move(*make), subprotocol);
}

}  // namespace callosum::sim::deepgram
