#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <vector>

#include "tool/http/text_template.hpp"

namespace callosum::tool::http {

/// JSON as a manifest writes it, with arguments in its texts. A text that is one argument and
/// nothing else becomes that argument's own value. `{$mail: {to, cc, bcc, subject, text}}` becomes
/// such a message (mail_message.hpp) in base64url. Immutable.
class BodyTemplate {
 public:
  /// VALIDATION names the place in the body.
  static Result<BodyTemplate> parse(const json::value& written, const Names& known);
  /// A member or an item whose argument is missing is left out.
  Result<json::value> fill(const json::object& arguments) const;

 private:
  struct Node;
  using NodePtr = std::shared_ptr<const Node>;
  static Result<NodePtr> parse_node(const json::value& written, const Names& known);
  static Result<std::optional<json::value>> fill_node(const Node& node,
                                                      const json::object& arguments);

  NodePtr root_;
};

}  // namespace callosum::tool::http
