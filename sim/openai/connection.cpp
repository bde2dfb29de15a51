#include "sim/openai/connection.hpp"

#include "sim/openai/dialogue.hpp"
#include "sim/openai/ga_dialect.hpp"
#include "sim/realtime/connection.hpp"

namespace callosum::sim::openai {
namespace {

const GaDialect kDialect;

std::unique_ptr<Session> make_session(Wire& wire, const Admission& admission) {
  const auto expires = epoch_s(wire.world().time.wall_now() + wire.script().session_length);
  auto session = std::make_unique<SessionConfig>(admission.kind, admission.model,
                                                 wire.make_id("sess_"), expires);
  // Checked when the secret was made.
  if (admission.preset) session->apply(*admission.preset, {});
  return session;
}

}  // namespace

boost::asio::awaitable<void> serve_connection(World& world,
                                              std::unique_ptr<net::WsConnection> socket,
                                              Admission admission) {
  Service service{.world = world,
                  .dialect = kDialect,
                  .model = admission.model,
                  .refusal = admission.refusal,
                  .close_code = admission.close_code,
                  .make_partner = {}};
  service.make_partner = [admission = std::move(admission)](Wire& wire, Timeline& timeline) {
    return std::make_unique<Dialogue>(wire, timeline, make_session(wire, admission));
  };
  return sim::serve_connection(std::move(service), std::move(socket));
}

}  // namespace callosum::sim::openai
