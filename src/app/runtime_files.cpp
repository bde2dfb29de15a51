#include "app/runtime_files.hpp"

#include <fstream>

#include "app/demo_files.hpp"
#include "base/text.hpp"

namespace callosum::app {

std::string read_runtime_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return std::string(trim(line));
}

RuntimeFiles runtime_files(const config::Environment& env) {
  const auto run = env("XDG_RUNTIME_DIR");
  if (run && !run->empty()) return {std::filesystem::path(*run) / "callosum"};
  return {default_demo_folder(env) / "run"};
}

Result<std::string> find_token(const config::Environment& env, const std::string& given) {
  if (!given.empty()) return given;
  const auto variable = env("CALLOSUM_TOKEN");
  if (variable && !variable->empty()) return *variable;
  auto token = read_runtime_file(runtime_files(env).token());
  if (!token.empty()) return token;
  return fail(ErrorType::not_found,
              "no token: start `callosum demo`, set CALLOSUM_TOKEN, or give --token");
}

std::string find_url(const config::Environment& env, const std::string& given) {
  if (!given.empty()) {
    // An address without a path means the realtime socket of that server.
    const auto scheme = given.find("://");
    const auto path = given.find('/', scheme == std::string::npos ? 0 : scheme + 3);
    std::string url = scheme == std::string::npos ? "ws://" + given : given;
    if (url.starts_with("http")) url = "ws" + url.substr(4);
    return path == std::string::npos ? url + "/v1/realtime" : url;
  }
  const auto url = read_runtime_file(runtime_files(env).url());
  return url.empty() ? "ws://127.0.0.1:8080/v1/realtime" : url;
}

std::string hint_for(const Error& error, const std::string& given) {
  if (!given.empty() || !error.message.starts_with("cannot connect")) return {};
  return "; no demo is running there: start one with `callosum demo`, or give --to";
}

std::string http_base_of(const std::string& url) {
  std::string base = url.starts_with("ws") ? "http" + url.substr(2) : url;
  const auto path = base.find('/', base.find("://") + 3);
  return base.substr(0, path);
}

}  // namespace callosum::app
