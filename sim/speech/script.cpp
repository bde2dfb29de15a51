#include "sim/speech/script.hpp"

#include <yaml-cpp/yaml.h>

#include "sim/realtime/yaml_sheet.hpp"

namespace callosum::sim::speech {

Result<std::shared_ptr<const Script>> parse_script(const std::string& yaml) {
  auto script = std::make_shared<Script>();
  std::optional<Error> problem;
  try {
    Sheet sheet(YAML::Load(yaml), "script", problem);
    sheet.nested("voice", [&](Sheet& voice) { read_voice(voice, script->voice); });
    sheet.read("close_at_once", script->closes_at_once);
    sheet.read("other_names", script->has_other_names);
    sheet.read("cancel_lag_pieces", script->cancel_lag);
    sheet.nested("refuse", [&](Sheet& refusal) {
      script->refused_connections = static_cast<std::size_t>(-1);
      refusal.read("connections", script->refused_connections);
      std::size_t status = 429;
      refusal.read("http_status", status);
      script->refuse_status = static_cast<int>(status);
    });
    sheet.finish();
  } catch (const YAML::Exception& e) {
    // The library's only way to report broken YAML.
    return fail(ErrorType::validation, e.what());
  }
  if (problem) return *problem;
  return std::shared_ptr<const Script>(std::move(script));
}

}  // namespace callosum::sim::speech
