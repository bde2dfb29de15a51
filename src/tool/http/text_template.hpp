#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::tool::http {

namespace json = boost::json;
using Names = std::set<std::string, std::less<>>;

/// What a template may name of this input schema, `args.from` too: properties of properties, three
/// deep. A name with a dot of its own cannot be named.
void add_names(const json::object& schema, Names& names);
/// Null where nothing is there, or on the way to it.
const json::value* find_argument(const json::object& arguments, std::string_view name);

/// Text with `{argument}` in it; `{{` and `}}` are braces. Immutable.
class TextTemplate {
 public:
  struct Piece {
    std::string text;  ///< as it is, or the argument's name
    bool is_argument = false;
  };

  /// VALIDATION where a brace is open, or a name is none of `known`.
  static Result<TextTemplate> parse(std::string_view text, const Names& known);

  const std::vector<Piece>& pieces() const { return pieces_; }
  bool has_arguments() const;
  /// The name, where the text is nothing but one argument; else empty.
  std::string_view only_argument() const;
  /// Nothing where an argument is missing or null. VALIDATION names one that is no plain value.
  Result<std::optional<std::string>> fill(const json::object& arguments) const;

 private:
  std::vector<Piece> pieces_;
};

/// An argument as text: nothing where it is missing or null, VALIDATION where it is a list or map.
Result<std::optional<std::string>> text_of(const json::object& arguments, std::string_view name);

}  // namespace callosum::tool::http
