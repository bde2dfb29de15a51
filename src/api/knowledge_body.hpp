#pragma once

#include <string_view>

#include "storage/knowledge.hpp"

namespace callosum::api {

/// The fields that a body holds, each of its type and size. VALIDATION names every one that is
/// wrong. `needs_all`: none but lists may be missing; else one must be there.
Result<json::object> read_knowledge_body(const storage::KnowledgeTable& table,
                                         std::string_view body, bool needs_all);

}  // namespace callosum::api
