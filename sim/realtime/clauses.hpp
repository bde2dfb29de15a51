#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace callosum::sim {

struct CallClause {
  std::string name;
  std::string arguments;  ///< verbatim
};

/// One stage of a user's text: what to say first, then the calls to make together.
struct Stage {
  std::string say;
  std::vector<CallClause> calls;
};

/// Reads `say TEXT`, `call NAME {json}`, `call NAME key=value …`, ``call NAME `anything` `` and
/// `then` out of a user's text (sim/README.md, "Without a script"). Text without any of them has
/// one stage without calls.
std::vector<Stage> parse_stages(std::string_view text);

/// `key=value` pairs (values: JSON if they are, else text; quotes hold blanks), or the first JSON
/// object, as arguments.
std::string find_arguments(std::string_view text);

/// Whether the text holds the tool's name, or every word of it but get, list, find, show, the.
bool mentions_tool(std::string_view text, std::string_view tool);

}  // namespace callosum::sim
