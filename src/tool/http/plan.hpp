#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "registry/tool_spec.hpp"
#include "tool/http/body_template.hpp"
#include "tool/http/egress.hpp"
#include "tool/http/function.hpp"
#include "tool/http/json_pointer.hpp"
#include "tool/http/result_map.hpp"
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

/// A second request for each entry of a list in the answer, which its answer takes the place of.
struct EachPlan {
  JsonPointer list;
  UrlTemplate url;  ///< of the same origin; may name {item.…}, the entry
  std::size_t most = 10;
};

/// What one call does: a tool's `run.http`, or one case of it; read and checked once at load.
struct Plan {
  std::string method = "GET";
  UrlTemplate url;
  EgressList::Entry place;  ///< where that is, as the allow-list has it
  std::string account;      ///< the service whose token the requests carry; empty: none
  std::vector<HeaderPlan> headers;
  std::optional<BodyTemplate> body;
  std::optional<EachPlan> each;
  const Function* function = nullptr;  ///< null: one request as the other fields say
  std::optional<BodyTemplate> with;    ///< what the function is given; nothing: all arguments
  ResultMap result;
  std::vector<EgressList::Entry> redirects;  ///< where an answer may send us
  std::size_t max_body_bytes = 1 << 20;      ///< as it comes and after decoding
  int retries = 0;
  bool is_write = false;
  bool honours_key = false;
  /// To be sent twice has the effect of once: a read, or a backend that keeps its word.
  bool is_repeatable = false;
};

/// All that a tool may do: one plan, or one for each value of an argument.
struct Plans {
  std::string by;  ///< the argument; empty: `cases` holds one plan under ""
  std::map<std::string, Plan, std::less<>> cases;

  /// VALIDATION where the argument has no value that there is a case for.
  Result<const Plan*> find(const json::object& arguments) const;
};

/// Services where callers have accounts, and the origins of their APIs: where tokens may go.
using AccountApis = std::map<std::string, std::vector<Origin>, std::less<>>;

/// What a plan is judged by. References live for the call.
struct PlanGround {
  const EgressList& egress;
  const std::map<std::string, Secret, std::less<>>& secrets;
  const AccountApis& apis;
  bool is_trial = false;  ///< secrets are not looked for
};

/// Reads `run.http`. VALIDATION names the field.
Result<Plans> read_plans(const registry::ToolSpec& tool, const PlanGround& ground);

}  // namespace callosum::tool::http
