#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "registry/tool_spec.hpp"
#include "tool/http/body_template.hpp"
#include "tool/http/egress.hpp"
#include "tool/http/json_pointer.hpp"
#include "tool/http/url_template.hpp"

namespace callosum::tool::http {

/// A header field: a text with arguments, or a credential behind a plain word ("Bearer ").
struct HeaderPlan {
  std::string name;
  TextTemplate text;
  std::string prefix;
  Secret secret;
  bool is_secret = false;
};

/// A tool's `run.http`, read and checked once at load.
struct Plan {
  std::string method = "GET";
  UrlTemplate url;
  bool is_private = false;  ///< the allow-list lets its host be at a private address
  std::vector<HeaderPlan> headers;
  std::optional<BodyTemplate> body;
  ResultMap result;
  std::vector<EgressList::Entry> redirects;  ///< where an answer may send us
  std::size_t max_body_bytes = 1 << 20;      ///< as it comes and after decoding
  int retries = 0;
  bool is_write = false;
  bool honours_key = false;
  /// To be sent twice has the effect of once: a read, or a backend that keeps its word.
  bool is_repeatable = false;
};

/// What a plan is judged by. References live for the call.
struct PlanGround {
  const EgressList& egress;
  const std::map<std::string, Secret, std::less<>>& secrets;
  bool is_trial = false;  ///< secrets are not looked for
};

/// Reads `run.http`. VALIDATION names the field.
Result<Plan> read_plan(const registry::ToolSpec& tool, const PlanGround& ground);

}  // namespace callosum::tool::http
