#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <vector>

namespace callosum::suites {

namespace json = boost::json;

/// Where in a schema a keyword stands.
struct KeywordPlace {
  std::string place;  ///< JSON Pointer of the schema
  std::string keyword;
};

/// Arguments that the schema refuses for this keyword alone: without it they would be taken. Made
/// of the good ones by changing what stands where the keyword speaks; nothing where none was found.
std::optional<json::value> find_violation(const json::value& schema, const KeywordPlace& at,
                                          const std::vector<json::value>& good);

/// Whether `arguments` are refused, and taken once the keyword is out of the schema.
bool breaks_only(const json::value& schema, const KeywordPlace& at, const json::value& arguments);

}  // namespace callosum::suites
