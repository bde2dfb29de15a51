#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "async/deadline.hpp"
#include "base/result.hpp"
#include "policy/enablement.hpp"
#include "registry/snapshot.hpp"
#include "storage/database.hpp"
#include "storage/tenants.hpp"

namespace callosum::app {

using PromptValues = std::map<std::string, std::string, std::less<>>;

/// What the model is told of a tenant.
struct TenantPrompt {
  std::string text;
  std::vector<std::string> missing;  ///< placeholders for which nothing is on record, sorted
  bool has_business = false;         ///< whether the tenant has a row in `businesses`
  PromptValues values = {};          ///< what the placeholders were filled with
};

struct PromptSource {
  std::shared_ptr<const registry::Snapshot> snapshot;
  storage::Tenant tenant;
  policy::SwitchedOff off{};  ///< a pack that is off says nothing
};

/// Every loaded pack's prompt template, its {placeholders} filled from the tenant's record and its
/// row in `businesses`. A placeholder without a value reads as nothing, and the text ends with
/// saying what is not known, so that the model does not make it up.
boost::asio::awaitable<Result<TenantPrompt>> fill_tenant_prompt(storage::Database& database,
                                                                PromptSource source,
                                                                async::Deadline deadline);

/// `template_text` with its {names} replaced; those without a value vanish and go to `missing`, or
/// read as what stands behind a bar: {name|otherwise}.
/// Doubled braces stand for one, and those around no name for themselves.
std::string fill_placeholders(std::string_view template_text, const PromptValues& values,
                              std::set<std::string>& missing);
/// A short sentence of JSON text that a model can read: names of a list, "monday 9:00-17:00, …" of
/// an object.
std::string summarise_json(std::string_view text);

}  // namespace callosum::app
