#include "app/demo_files.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "api/auth/keys.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "config/private_file.hpp"

namespace callosum::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIssuer = "callosum-demo";
constexpr std::string_view kAudience = "callosum";
constexpr std::chrono::hours kTokenLife{24};

Error io_error(const fs::path& path, std::string_view what) {
  return fail(ErrorType::permanent,
              std::string(what) + " " + path.string() + ": " + std::strerror(errno));
}

Result<void> make_private_folder(const fs::path& folder) {
  std::error_code ec;
  if (fs::is_directory(folder, ec)) return {};
  fs::create_directories(folder, ec);
  if (ec) return fail(ErrorType::permanent, "cannot make " + folder.string() + ": " + ec.message());
  fs::permissions(folder, fs::perms::owner_all, ec);
  return {};
}

Result<void> write_all(int file, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return io_error(path, "cannot write");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Without `replace` a file that is there by then stays, and that is no failure.
Result<void> put_private_file(const fs::path& path, std::string_view text, bool replace) {
  const auto folder = make_private_folder(path.parent_path().empty() ? "." : path.parent_path());
  if (!folder) return folder.error();
  std::string name = path.string() + ".XXXXXX";  // mkostemp makes it with mode 0600
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) return io_error(path, "cannot make");
  auto written = write_all(file, std::string(text) + "\n", path);
  ::close(file);
  if (written && replace && ::rename(name.c_str(), path.c_str()) == 0) return {};
  if (written && !replace && (::link(name.c_str(), path.c_str()) == 0 || errno == EEXIST)) {
    ::unlink(name.c_str());
    return {};
  }
  if (written) written = io_error(path, "cannot make");
  ::unlink(name.c_str());
  return written;
}

json::object to_json(const DemoTenant& tenant) {
  return {{"tenant_id", tenant.tenant_id},
          {"slug", tenant.slug},
          {"phone", tenant.phone},
          {"pack", tenant.pack}};
}

Result<DemoTenant> tenant_of(const json::object& object, const fs::path& path) {
  DemoTenant tenant{std::string(text_at(object, "tenant_id")), std::string(text_at(object, "slug")),
                    std::string(text_at(object, "phone")), std::string(text_at(object, "pack"))};
  if (tenant.tenant_id.empty()) {
    return fail(ErrorType::validation, path.string() + ": expected tenant_id, a text");
  }
  return tenant;
}

}  // namespace

fs::path default_demo_folder(const config::Environment& env) {
  // The base directory rules ignore a relative path.
  if (const auto data = env("XDG_DATA_HOME"); data && data->starts_with("/")) {
    return fs::path(*data) / "callosum" / "demo";
  }
  if (const auto home = env("HOME"); home && home->starts_with("/")) {
    return fs::path(*home) / ".local" / "share" / "callosum" / "demo";
  }
  return "callosum-data";
}

Result<void> write_private_file(const fs::path& path, std::string_view text) {
  return put_private_file(path, text, true);
}

Result<void> make_key_file(const fs::path& path, Random& random) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return io_error(path, "cannot look at");
    std::array<std::uint8_t, 32> bytes{};
    random.fill(bytes);
    // Of two that start at once both use the key of the first.
    return put_private_file(path, encode_hex(bytes), false);
  }
  return config::check_private_file(path.string());
}

Result<Secret> load_or_create_demo_key(const fs::path& folder, Random& random) {
  const fs::path path = folder / "jwt.key";
  const auto made = make_key_file(path, random);
  if (!made) return made.error();
  auto key = api::auth::read_key_file(path.string());
  if (!key) return key.error();
  const auto checked = api::auth::check_signing_key(key->reveal(), api::auth::JwtAlgorithm::hs256);
  if (!checked) return fail(ErrorType::validation, path.string() + ": " + checked.error().message);
  return key;
}

Result<void> write_demo_tenants(const fs::path& folder, const std::vector<DemoTenant>& tenants) {
  if (tenants.empty()) return fail(ErrorType::validation, "a demo has at least one tenant");
  json::object object = to_json(tenants.front());
  json::array others;
  for (std::size_t i = 1; i < tenants.size(); ++i) others.push_back(to_json(tenants[i]));
  object["others"] = std::move(others);
  return write_private_file(folder / "demo.json", json::serialize(object));
}

Result<std::vector<DemoTenant>> read_demo_tenants(const fs::path& folder) {
  const fs::path path = folder / "demo.json";
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorType::not_found, "no demo has been started in " + folder.string() +
                                          "; start one with: callosum demo");
  }
  std::string text(JsonLimits{}.max_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const auto value = parse_strict(text);
  if (!value || !value->is_object()) {
    return fail(ErrorType::validation, path.string() + ": expected a JSON object");
  }
  std::vector<const json::object*> objects{&value->get_object()};
  if (const auto* others = find_array(value->get_object(), "others")) {
    for (const auto& other : *others) {
      if (other.is_object()) objects.push_back(&other.get_object());
    }
  }
  std::vector<DemoTenant> tenants;
  for (const auto* object : objects) {
    auto tenant = tenant_of(*object, path);
    if (!tenant) return tenant.error();
    tenants.push_back(std::move(*tenant));
  }
  return tenants;
}

config::JwtConfig demo_jwt_config(const fs::path& folder) {
  config::JwtConfig jwt;
  jwt.algorithm = "HS256";
  jwt.key_file = (folder / "jwt.key").string();
  jwt.issuer = kIssuer;
  jwt.audience = kAudience;
  return jwt;
}

json::object demo_claims(const DemoTokenRequest& request, WallTime now) {
  json::object claims{{"sub", "demo"},
                      {"email", "demo@example.com"},
                      {"tenants", json::array{json::string(request.tenant)}},
                      {"roles", json::array(request.roles.begin(), request.roles.end())},
                      {"assurance", request.phone.empty() ? "none" : "carrier"},
                      {"iss", json::string(kIssuer)},
                      {"aud", json::string(kAudience)},
                      {"iat", epoch_s(now)},
                      {"exp", epoch_s(now + kTokenLife)}};
  if (!request.pack.empty()) claims["pack"] = json::string(request.pack);
  if (!request.phone.empty()) claims["phone"] = json::string(request.phone);
  return claims;
}

}  // namespace callosum::app
