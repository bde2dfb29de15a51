#include "api/status_error.hpp"

#include <boost/json/serialize.hpp>

#include "base/ids.hpp"
#include "base/json.hpp"

namespace callosum::api {

net::HttpResponse status_error(int status, std::string_view message) {
  const json::object body{{"status", "error"}, {"message", message}};
  return net::HttpResponse::json(status, json::serialize(body));
}

net::HttpResponse status_error(const Error& error, Random& random, telemetry::Log& log) {
  switch (error.type) {
    case ErrorType::auth:
      return status_error(401, "Auth required");
    case ErrorType::forbidden:
      // Not theirs and not there are one.
      return status_error(403, "You are not a member of that business");
    case ErrorType::validation:
    case ErrorType::not_found:
    case ErrorType::not_loaded:
    case ErrorType::conflict:
    case ErrorType::rate_limit:
    case ErrorType::timeout:
    case ErrorType::transient:
      return status_error(http_status(error.type), error.message);
    default:
      break;
  }
  const auto id = make_id("err_", random);
  log.error("http_failed", {{"error_id", id},
                            {"type", to_string(error.type)},
                            {"message", error.message},
                            {"detail", error.detail}});
  const json::object body{
      {"status", "error"}, {"message", "Something went wrong"}, {"error_id", id}};
  return net::HttpResponse::json(500, json::serialize(body));
}

}  // namespace callosum::api
