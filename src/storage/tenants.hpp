#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "async/deadline.hpp"
#include "base/result.hpp"

namespace callosum::storage {

class Database;

/// The business that owns data.
struct Tenant {
  std::string id;    ///< uuid, lower case
  std::string slug;  ///< [a-z0-9-], 1 to 63, no '-' at its ends; never of a uuid's form
  std::string name;
  std::string timezone;  ///< IANA: "America/New_York"
};

/// The one record that a uuid or a slug, in any letter case, stands for; NOT_FOUND where there is
/// none.
boost::asio::awaitable<Result<Tenant>> resolve_canonical_tenant(Database& database,
                                                                std::string uuid_or_slug,
                                                                async::Deadline deadline);

/// By slug.
boost::asio::awaitable<Result<std::vector<Tenant>>> list_tenants(Database& database,
                                                                 async::Deadline deadline);

/// Makes a tenant that is not there yet. VALIDATION names every field that is wrong; CONFLICT says
/// whether id or slug is taken.
boost::asio::awaitable<Result<Tenant>> add_tenant(Database& database, Tenant tenant,
                                                  async::Deadline deadline);

/// Makes the tenant, or changes the one of that id. VALIDATION names every field that is wrong;
/// CONFLICT: the slug is another's.
boost::asio::awaitable<Result<Tenant>> save_tenant(Database& database, Tenant tenant,
                                                   async::Deadline deadline);

}  // namespace callosum::storage
