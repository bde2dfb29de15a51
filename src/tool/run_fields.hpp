#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "registry/tool_spec.hpp"

namespace callosum::tool {

namespace json = boost::json;

enum class Need : std::uint8_t { optional, required };

/// Reads the map under `run.KIND` key by key. The first thing that is wrong stays and is what
/// `finish` answers; what is read after it is a default. Refers to the map.
class RunFields {
 public:
  /// `path` is where the map stands: "run.http".
  RunFields(const json::object& map, std::string path) : map_(map), path_(std::move(path)) {}

  const json::value* find(std::string_view key, Need need = Need::optional);
  std::string text(std::string_view key, Need need = Need::optional);
  std::vector<std::string> texts(std::string_view key, Need need = Need::optional);
  const json::object* map(std::string_view key);
  bool flag(std::string_view key);
  std::int64_t number(std::string_view key, std::int64_t otherwise, std::int64_t least,
                      std::int64_t most);

  /// "run.http.url: why".
  void problem(std::string_view key, const std::string& why);
  /// What a reader of a map within this one has found.
  void adopt(const Result<void>& finished);
  bool is_good() const { return !problem_; }
  /// Asks also whether there is a key that nobody asked for.
  Result<void> finish();

 private:
  const json::object& map_;
  const std::string path_;
  std::vector<std::string_view> asked_;  // of literals in the callers
  std::optional<Error> problem_;
};

/// What stands under `run` of a tool of this kind, which has no other key. VALIDATION otherwise.
Result<const json::object*> find_run(const registry::ToolSpec& tool, std::string_view kind);

/// Whether some call of it changes something. Such a tool is never sent twice on a guess.
bool may_write(const registry::ToolSpec& tool);

/// Whether some call with this value of the argument does.
bool may_write(const registry::ToolSpec& tool, std::string_view argument, std::string_view value);

/// `by` and `cases`: a tool that does one thing or another, by the value of an argument.
struct CaseList {
  std::string by;
  std::vector<std::pair<std::string, const json::object*>> cases;
};
/// There is one for each value that the argument may have: a required one of the input, of text,
/// with an enum. VALIDATION otherwise.
Result<CaseList> read_case_list(const registry::ToolSpec& tool, RunFields& fields);

/// "; there are a and b", or with the nearest: "; did you mean a?".
std::string hint_of(std::string_view word, const std::set<std::string, std::less<>>& known);

}  // namespace callosum::tool
