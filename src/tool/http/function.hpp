#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "async/time_source.hpp"
#include "base/result.hpp"

namespace callosum::tool::http {

namespace json = boost::json;

/// A request that a function makes, below the URL that its manifest names.
struct FunctionRequest {
  std::string method = "GET";
  std::string target;  ///< "/calendars/primary/events?maxResults=1", percent-encoded
  std::optional<json::value> body;
  bool is_write = false;
  bool is_repeatable = true;  ///< has the effect of once if it arrives twice
  /// How a repeated write is refused whose first try has done it: told as it is, for the function
  /// to judge. Any other refusal after a lost answer is OUTCOME_UNKNOWN.
  std::optional<ErrorType> says_done;
};

/// Sends them as every request of a tool is sent: to the tool's own backend, as its account, within
/// its caps and its deadline.
class Requests {
 public:
  virtual ~Requests() = default;
  /// The answer's JSON; errors are those of any tool.
  virtual boost::asio::awaitable<Result<json::value>> send(FunctionRequest request) = 0;
};

/// References live for the run.
struct FunctionCall {
  const json::object& arguments;
  const std::string& idempotency_key;  ///< of a write: the same for the same call, for no other
  WallTime now;
  Requests& requests;
};

/// What takes more than a template to say: a C++ function behind a name.
struct Function {
  std::string_view name;  ///< "calendar.list"
  bool is_write = false;
  bool is_repeatable = true;  ///< the whole of it
  boost::asio::awaitable<Result<json::value>> (*run)(FunctionCall call) = nullptr;
};

/// VALIDATION names the nearest.
Result<const Function*> find_function(std::string_view name);

}  // namespace callosum::tool::http
