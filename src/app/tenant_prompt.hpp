#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>

#include "async/deadline.hpp"
#include "base/result.hpp"
#include "registry/snapshot.hpp"
#include "storage/database.hpp"
#include "storage/tenants.hpp"

namespace callosum::app {

/// Every loaded pack's prompt template, its {placeholders} filled from the tenant's row in
/// `businesses`. A placeholder without a value reads as nothing.
boost::asio::awaitable<Result<std::string>> fill_tenant_prompt(
    storage::Database& database, std::shared_ptr<const registry::Snapshot> snapshot,
    storage::Tenant tenant, async::Deadline deadline);

/// `template_text` with its {names} replaced; unknown ones vanish. Doubled braces stand for one.
std::string fill_placeholders(std::string_view template_text,
                              const std::map<std::string, std::string, std::less<>>& values);
/// A short sentence of JSON text that a model can read: names of a list, "monday 9:00-17:00, …" of
/// an object.
std::string summarise_json(std::string_view text);

}  // namespace callosum::app
