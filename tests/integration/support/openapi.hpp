#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "net/http.hpp"

namespace callosum::testing {

namespace json = boost::json;

/// docs/openapi.yaml, as a test asks it.
class OpenApi {
 public:
  struct Operation {
    std::string method;  ///< "GET"
    std::string path;    ///< "/api/tools/{tool}"
    json::object spec;
    json::array parameters;  ///< those of the path too, references followed
    json::object body;       ///< the requestBody; empty: none
    bool is_on_admin = false;
    bool is_websocket = false;
    bool is_open = false;  ///< needs no credential
    bool is_form = false;  ///< sent by a page, not as JSON

    std::string name() const { return method + " " + path; }
    bool documents(int status) const;
    int good_status() const;  ///< the first 2xx
  };

  OpenApi();
  const std::vector<Operation>& operations() const { return operations_; }
  /// What is not as documented about this answer; empty: nothing.
  std::string problem_of(const Operation& operation, const net::HttpResponse& answer) const;
  /// Why the documented example of the body is none of its schema; empty: it is one.
  std::string problem_of_example(const Operation& operation) const;

 private:
  const json::object& follow(const json::object& maybe_reference) const;
  std::string problem_of(const json::value& value, const json::object& media) const;

  json::object document_;
  std::vector<Operation> operations_;
};

}  // namespace callosum::testing
