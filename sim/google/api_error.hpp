#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace callosum::sim::google {

namespace json = boost::json;

/// Why a call is refused, in the words of the service.
struct ApiError {
  int code = 400;
  std::string reason;     ///< of `errors[0]`: "notFound", "insufficientPermissions"
  std::string message;    ///< of the error itself
  std::string detail;     ///< of `errors[0]`; empty: the message
  std::string location;   ///< a parameter or a header; empty: none
  json::object details;   ///< of `details[0]`; empty: none
  std::string challenge;  ///< WWW-Authenticate; empty: none
};

/// What a call answers, or why it is refused.
template <class T>
using Answer = boost::system::result<T, ApiError>;

/// A number as an answer: by itself it could be a status, too.
template <class T>
Answer<T> answer_with(T value) {
  return Answer<T>(boost::system::in_place_value, value);
}

[[noreturn]] inline void throw_exception_from_error(const ApiError& error,
                                                    const boost::source_location&) {
  throw std::logic_error("unchecked refusal: " + error.message);
}

ApiError bad_request(std::string message, std::string reason = "invalidArgument");
ApiError not_found(std::string message);
/// No token, an unknown one or one that has expired.
ApiError unauthenticated(bool has_token);
/// `method` is the service's own name of the call ("calendar.v3.Events.List").
ApiError insufficient_scope(std::string_view service, std::string_view method,
                            std::string_view wanted_scopes);
/// What a status means where a script says no more than that.
ApiError error_of_status(int status);

net::HttpResponse error_response(const ApiError& error);

}  // namespace callosum::sim::google
