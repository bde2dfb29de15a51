#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tool/http/text_template.hpp"

namespace callosum::tool::http {

/// Where a request goes: what an allow-list names and a credential belongs to.
struct Origin {
  std::string scheme;
  std::string host;  ///< lower case, without brackets
  std::uint16_t port = 0;

  std::string to_string() const;  ///< "https://api.example.com:443"
  bool operator==(const Origin&) const = default;
};

/// Of an http or https URL; VALIDATION otherwise.
Result<Origin> origin_of(std::string_view url);

/// A URL with `{argument}` in its path and query. What an argument says is percent-encoded and
/// stays within its segment or parameter; scheme, host and port are never a caller's. In the query
/// `[from:{who} ]` is there only where its arguments are, and `[in:{box}|in:inbox]` says what
/// stands there else.
class UrlTemplate {
 public:
  static Result<UrlTemplate> parse(std::string_view text, const Names& known);

  const Origin& origin() const { return origin_; }
  /// Path and query. A parameter of the query whose argument is missing is left out; in the path
  /// it is VALIDATION, and so is a value that could make it another path.
  Result<std::string> fill(const json::object& arguments) const;

 private:
  /// A piece of a parameter; `otherwise` where it may be missing.
  struct Part {
    TextTemplate text;
    std::optional<TextTemplate> otherwise;
  };
  using Parameter = std::vector<Part>;

  static Result<Parameter> parse_parameter(std::string_view text, const Names& known);
  static Result<std::string> fill_parameter(const Parameter& parameter,
                                            const json::object& arguments);

  Origin origin_;
  std::vector<TextTemplate> segments_;
  std::vector<Parameter> parameters_;
};

}  // namespace callosum::tool::http
