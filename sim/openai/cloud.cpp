#include "sim/openai/cloud.hpp"

namespace callosum::sim::openai {

net::HttpResponse Cloud::error_response(int status, const WireError& error) const {
  return openai::error_response(status, error);
}

net::HttpResponse Cloud::make_secret(const net::HttpRequest& request) {
  return door_.make_secret(request);
}

net::UpgradeDecision Cloud::admit(const net::HttpRequest& request) {
  net::UpgradeDecision decision;
  auto admission = door_.admit(request);
  decision.refusal = refuse_by_script(admission.refusal, admission.close_code);
  for (const auto& offered : offered_subprotocols(request)) {
    if (offered == "realtime") decision.subprotocol = offered;
  }
  decision.serve = [this, admission](std::unique_ptr<net::WsConnection> socket) {
    return serve_connection(world(), std::move(socket), admission);
  };
  return decision;
}

}  // namespace callosum::sim::openai
