#pragma once

#include <set>

#include "client_line.hpp"
#include "sim/openai/connection.hpp"

namespace callosum::sim::openai::testing {

using namespace sim::testing;

/// A client on a line to OpenAI's simulator.
class SimLine : public ClientLine {
 public:
  explicit SimLine(const std::string& script = {}, Admission admission = {}) {
    if (!script.empty()) shared.script = *parse_script(script);
    if (admission.model.empty()) admission.model = "gpt-realtime";
    connect(std::move(admission));
  }
  ~SimLine() { hang_up(); }

  void connect(Admission admission) {
    connect_with([&](std::unique_ptr<net::WsConnection> socket) {
      return serve_connection(shared, std::move(socket), std::move(admission));
    });
  }
  void use_text() {
    send(R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}})");
  }
};

}  // namespace callosum::sim::openai::testing
