#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "registry/export/export.hpp"

namespace callosum::registry {

/// "get_faqs /properties/topic: `if` dropped; the executor …": one line a loss, one for what each
/// tool costs, then the totals.
std::string render_export_report(const ExportedTools& exported);

json::array encode_losses(const std::vector<Loss>& losses);
/// `{losses, costs, tokens}`, for programs.
json::object encode_export_report(const ExportedTools& exported);

}  // namespace callosum::registry
