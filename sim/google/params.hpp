#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.hpp"

namespace callosum::sim::google {

/// The parameters of a query or of a form, decoded; what is no UTF-8 in them is replaced.
class Params {
 public:
  explicit Params(std::vector<std::pair<std::string, std::string>> pairs);
  static Params of_query(const net::HttpRequest& request) { return Params(request.query_all()); }
  static Params of_form(std::string_view body);

  bool has(std::string_view name) const;
  /// The first; empty when there is none.
  std::string get(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  bool is_true(std::string_view name) const { return get(name) == "true"; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// For the text of a page and for attributes in quotes.
std::string escape_html(std::string_view text);
/// The text with whatever is no UTF-8 in it as U+FFFD.
std::string repair_utf8(std::string_view text);

}  // namespace callosum::sim::google
