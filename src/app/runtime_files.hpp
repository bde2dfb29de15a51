#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "config/load.hpp"

namespace callosum::app {

/// What a running demo leaves for `callosum call` and `callosum tool run`: under
/// $XDG_RUNTIME_DIR/callosum, or in the demo's own folder where there is none. Files of mode 0600.
struct RuntimeFiles {
  std::filesystem::path folder;
  std::filesystem::path token() const { return folder / "token"; }
  std::filesystem::path url() const { return folder / "url"; }
  std::filesystem::path telephone() const { return folder / "telephone"; }
};
RuntimeFiles runtime_files(const config::Environment& env);
/// Its line, or nothing.
std::string read_runtime_file(const std::filesystem::path& path);

/// The token to use: as given, else CALLOSUM_TOKEN, else the demo's file. NOT_FOUND says where one
/// may come from.
Result<std::string> find_token(const config::Environment& env, const std::string& given);
/// The address to use: as given, else the running demo's, else ws://127.0.0.1:8080/v1/realtime.
std::string find_url(const config::Environment& env, const std::string& given);
/// What to add to an error of connecting to an address that nobody gave: that no demo runs there.
std::string hint_for(const Error& error, const std::string& given);
/// "http://host:port" of a WebSocket address.
std::string http_base_of(const std::string& url);

}  // namespace callosum::app
