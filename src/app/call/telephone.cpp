#include "app/call/telephone.hpp"

#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unistd.h>

#include "base/json.hpp"

namespace callosum::app {

namespace {

constexpr const char* kVoicePath = "/twilio/voice";
/// Where the simulator looks for it.
constexpr const char* kTokenVariable = "CALLOSUM_SIM_AUTH_TOKEN";

}  // namespace

std::string to_line(const TelephoneLine& line) {
  return json::serialize(json::object{
      {"public_url", line.public_url}, {"called", line.called}, {"caller", line.caller}});
}

Result<TelephoneLine> parse_telephone_line(std::string_view text) {
  const auto parsed = parse_strict(text);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (!object) return fail(ErrorType::not_found, "no demo has left a telephone line");
  return TelephoneLine{std::string(text_at(*object, "public_url")),
                       std::string(text_at(*object, "called")),
                       std::string(text_at(*object, "caller"))};
}

std::vector<std::string> telephone_command(const TelephoneCall& call,
                                           const std::string& simulator) {
  std::vector<std::string> out{simulator,      "twilio",
                               "--to",         call.gateway + kVoicePath,
                               "--public-url", call.line.public_url + kVoicePath,
                               "--called",     call.line.called,
                               "--from",       call.line.caller,
                               "--wav",        call.speech};
  if (!call.save.empty()) out.insert(out.end(), {"--save", call.save});
  if (!call.ca_file.empty()) out.insert(out.end(), {"--ca", call.ca_file});
  if (call.is_json) out.emplace_back("--json");
  return out;
}

std::string telephone_simulator() {
  std::error_code ec;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
  return (self.parent_path() / "callosum-sim").string();
}

Error place_telephone_call(const TelephoneCall& call, const std::string& simulator,
                           const config::Environment& env) {
  const auto& line = call.line;
  if (line.public_url.empty() || line.called.empty() || line.caller.empty()) {
    return fail(
        ErrorType::validation,
        "--phone: no telephone is known: start `callosum demo --set phone.public_url=…`, or "
        "give --public-url, --called and --from");
  }
  const auto token = env(call.auth_token_env);
  if (!token || token->empty()) {
    return fail(
        ErrorType::validation,
        "--phone: the variable " + call.auth_token_env +
            " holds nothing; set it to what the gateway's phone.twilio.auth_token_env holds");
  }
  if (::access(simulator.c_str(), X_OK) != 0) {
    return fail(ErrorType::not_found, "--phone: " + simulator +
                                          " is not there: the carrier's simulator is built with "
                                          "the project (./dev build), and is not installed");
  }
  auto words = telephone_command(call, simulator);
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::setenv(kTokenVariable, token->c_str(), 1);
  ::execv(argv[0], argv.data());
  return fail(ErrorType::permanent, "--phone: " + simulator + ": " + std::strerror(errno));
}

}  // namespace callosum::app
