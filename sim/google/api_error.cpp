#include "sim/google/api_error.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace callosum::sim::google {
namespace {

struct StatusRow {
  int code;
  std::string_view word;
  std::string_view reason;
  std::string_view message;
};
constexpr std::array<StatusRow, 11> kStatuses{{
    {400, "INVALID_ARGUMENT", "badRequest", "Bad Request"},
    {401, "UNAUTHENTICATED", "authError", "Invalid Credentials"},
    {403, "PERMISSION_DENIED", "rateLimitExceeded", "Rate Limit Exceeded"},
    {404, "NOT_FOUND", "notFound", "Not Found"},
    {409, "ALREADY_EXISTS", "duplicate", "The requested identifier already exists."},
    {410, "FAILED_PRECONDITION", "deleted", "Resource has been deleted"},
    {412, "FAILED_PRECONDITION", "conditionNotMet", "Precondition Failed"},
    {429, "RESOURCE_EXHAUSTED", "rateLimitExceeded", "Rate Limit Exceeded"},
    {500, "INTERNAL", "backendError", "Backend Error"},
    {503, "UNAVAILABLE", "backendError", "The service is currently unavailable."},
    {504, "DEADLINE_EXCEEDED", "backendError", "The request timed out."},
}};

const StatusRow& row_of(int code) {
  for (const auto& row : kStatuses) {
    if (row.code == code) return row;
  }
  return code < 500 ? kStatuses.front() : kStatuses[8];
}

}  // namespace

ApiError bad_request(std::string message, std::string reason) {
  return {.code = 400, .reason = std::move(reason), .message = std::move(message)};
}

ApiError not_found(std::string message) {
  return {.code = 404, .reason = "notFound", .message = std::move(message)};
}

ApiError unauthenticated(bool has_token) {
  ApiError error{.code = 401,
                 .reason = has_token ? "authError" : "required",
                 .message = has_token ? "Request had invalid authentication credentials. Expected "
                                        "OAuth 2 access token."
                                      : "Request is missing required authentication credential. "
                                        "Expected OAuth 2 access token.",
                 .detail = has_token ? "Invalid Credentials" : "Login Required.",
                 .location = "Authorization"};
  error.challenge = "Bearer realm=\"https://accounts.google.com/\"";
  if (has_token) error.challenge += ", error=\"invalid_token\"";
  return error;
}

ApiError insufficient_scope(std::string_view service, std::string_view method,
                            std::string_view wanted_scopes) {
  ApiError error{.code = 403,
                 .reason = "insufficientPermissions",
                 .message = "Request had insufficient authentication scopes.",
                 .detail = "Insufficient Permission"};
  const json::object metadata{{"service", service}, {"method", method}};
  error.details = {{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
                   {"reason", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"},
                   {"domain", "googleapis.com"},
                   {"metadata", metadata}};
  error.challenge =
      "Bearer realm=\"https://accounts.google.com/\", error=\"insufficient_scope\", scope=\"" +
      std::string(wanted_scopes) + "\"";
  return error;
}

ApiError error_of_status(int status) {
  const auto& row = row_of(status);
  return {.code = status, .reason = std::string(row.reason), .message = std::string(row.message)};
}

net::HttpResponse error_response(const ApiError& error) {
  json::object one{{"message", error.detail.empty() ? error.message : error.detail},
                   {"domain", error.code == 429 ? "usageLimits" : "global"},
                   {"reason", error.reason}};
  if (!error.location.empty()) {
    one["location"] = error.location;
    const bool is_header = error.location == "Authorization" || error.location == "If-Match";
    one["locationType"] = is_header ? "header" : "parameter";
  }
  json::array errors;
  errors.push_back(std::move(one));
  json::object body{{"code", error.code},
                    {"message", error.message},
                    {"errors", std::move(errors)},
                    {"status", row_of(error.code).word}};
  if (!error.details.empty()) {
    json::array details;
    details.push_back(error.details);
    body["details"] = std::move(details);
  }
  json::object whole;
  whole["error"] = std::move(body);
  auto response = net::HttpResponse::json(error.code, json::serialize(whole));
  if (!error.challenge.empty()) response.headers.set("WWW-Authenticate", error.challenge);
  return response;
}

}  // namespace callosum::sim::google
