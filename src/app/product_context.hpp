#pragma once

#include "app/tenant_prompt.hpp"
#include "registry/tool_call.hpp"
#include "session/context.hpp"
#include "storage/tenants.hpp"

namespace callosum::app {

/// What the models of a session are told at its start: of its business, its line and its rules.
session::ProductContext make_product_context(TenantPrompt prompt, const storage::Tenant& tenant,
                                             const registry::CallContext& context);

}  // namespace callosum::app
