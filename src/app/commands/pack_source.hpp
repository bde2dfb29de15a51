#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/export/export.hpp"
#include "registry/snapshot.hpp"

namespace callosum::app {

/// The packs in these folders; of none: in the folder that is found. `consumers` must be able to
/// carry every tool.
registry::LoadOutcome load_folders(const std::vector<std::string>& folders,
                                   const std::vector<std::string>& consumers = {"openai"},
                                   const registry::Styles& styles = {});

/// "PACK=STYLE" each. VALIDATION otherwise.
Result<registry::Styles> parse_styles(const std::vector<std::string>& written);

/// The export of that name, with or without ":MODEL". VALIDATION names those there are.
Result<const registry::ToolExport*> find_consumer(const std::string& name);

/// "openai, xai, …": for messages and help.
std::string consumer_names();

}  // namespace callosum::app
