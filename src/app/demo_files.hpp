#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/config.hpp"
#include "config/load.hpp"

namespace callosum::app {

/// A business of the demo, and the number of a caller of its who has bookings.
struct DemoTenant {
  std::string tenant_id;
  std::string slug;
  std::string phone;  ///< E.164
  std::string pack;
  std::string number;  ///< that it is called at; E.164, may be empty
};

/// Where `demo` keeps its things unless told otherwise: $XDG_DATA_HOME/callosum/demo, else below
/// $HOME, else callosum-data here.
std::filesystem::path default_demo_folder(const config::Environment& env);

/// The HS256 key in DIR/jwt.key, made with mode 0600 where there is none. FORBIDDEN where others
/// could read it.
Result<Secret> load_or_create_demo_key(const std::filesystem::path& folder, Random& random);

/// A file of a random key of 32 bytes in hex, made with mode 0600 where there is none. FORBIDDEN
/// where others could read it.
Result<void> make_key_file(const std::filesystem::path& path, Random& random);

/// DIR/demo.json: {tenant_id, slug, phone, pack, others: [the same]}; the first one is the default
/// of tokens.
Result<void> write_demo_tenants(const std::filesystem::path& folder,
                                const std::vector<DemoTenant>& tenants);
/// NOT_FOUND before any demo was started there.
Result<std::vector<DemoTenant>> read_demo_tenants(const std::filesystem::path& folder);

/// How the demo's own gateway judges the tokens below.
config::JwtConfig demo_jwt_config(const std::filesystem::path& folder);

struct DemoTokenRequest {
  std::string tenant;  ///< id or slug
  std::string phone;
  std::vector<std::string> roles;
  std::string pack;  ///< the only one of its sessions; empty: all
};
/// Claims of a demo token, good for a day: assurance carrier when there is a phone.
boost::json::object demo_claims(const DemoTokenRequest& request, WallTime now);

/// Writes `text` and a line end to a file that only this user can read, whole or not at all.
Result<void> write_private_file(const std::filesystem::path& path, std::string_view text);

}  // namespace callosum::app
