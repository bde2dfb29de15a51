#include "sim/google/script.hpp"

#include <yaml-cpp/yaml.h>

#include "sim/realtime/yaml_sheet.hpp"
#include "sim/script_file.hpp"

namespace callosum::sim::google {
namespace {

/// A request may not take longer than the server waits for its handler.
constexpr std::chrono::seconds kMostDelay{50};
constexpr std::size_t kMostFaults = 1000;

void read_fault(const YAML::Node& node, Script& script, std::optional<Error>& problem) {
  Sheet sheet(node, "fault", problem);
  Fault fault;
  sheet.read("path", fault.path);
  sheet.read("method", fault.method);
  sheet.read("account", fault.account);
  sheet.read("skip", fault.skip);
  sheet.read("times", fault.times);
  sheet.read("always", fault.is_always);
  std::size_t status = 0;
  sheet.read("status", status);
  sheet.read("reason", fault.reason);
  sheet.read("message", fault.message);
  sheet.read("retry_after", fault.retry_after);
  sheet.read_ms("delay_ms", fault.delay);
  sheet.read("after", fault.is_after);
  if (status != 0 && (status < 400 || status > 599)) {
    sheet.complain(sheet.node("status"), "fault.status must be 400 to 599");
  }
  if (status == 0 && fault.delay.count() == 0) {
    sheet.complain(node, "a fault needs status or delay_ms");
  }
  if (fault.delay > kMostDelay) {
    sheet.complain(sheet.node("delay_ms"), "fault.delay_ms must be at most 50000");
  }
  if (script.faults.size() >= kMostFaults) sheet.complain(node, "too many faults");
  sheet.finish();
  fault.status = static_cast<int>(status);
  script.faults.push_back(std::move(fault));
}

void read_consent(Sheet& sheet, Consent& consent) {
  sheet.read("deny", consent.denies);
  sheet.read("account", consent.account);
  std::string scopes;
  sheet.read("scopes", scopes);
  consent.scopes = parse_scopes(scopes);
}

}  // namespace

Result<std::shared_ptr<const Script>> parse_script(const std::string& yaml) {
  auto script = std::make_shared<Script>();
  std::optional<Error> problem;
  try {
    Sheet sheet(YAML::Load(yaml), "script", problem);
    sheet.each("faults", [&](const YAML::Node& node) { read_fault(node, *script, problem); });
    sheet.nested("consent", [&](Sheet& consent) { read_consent(consent, script->consent); });
    sheet.finish();
  } catch (const YAML::Exception& e) {
    // The library's only way to report broken YAML.
    return fail(ErrorType::validation, e.what());
  }
  if (problem) return *problem;
  return std::shared_ptr<const Script>(std::move(script));
}

Result<std::shared_ptr<const Script>> load_script(const std::string& path) {
  return load_script_file(path, parse_script);
}

}  // namespace callosum::sim::google
