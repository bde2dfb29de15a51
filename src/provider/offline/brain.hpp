#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "async/deadline.hpp"
#include "base/result.hpp"

namespace callosum::provider::offline {

namespace json = boost::json;

/// One step of a conversation, as a brain reads it.
struct Turn {
  enum class Kind { system, user, assistant, call, output } kind = Kind::user;
  std::string text;  ///< what was said; the arguments of a call; the output of one
  std::string call_id;
  std::string name;            ///< of a call
  bool was_understood = true;  ///< a user's speech that the ears are sure of
  std::string item_id = {};    ///< of the conversation's item that it tells of
};

struct PlannedCall {
  std::string name;
  std::string arguments;  ///< JSON text
};

/// What to do next: call tools, or say something.
struct Plan {
  std::vector<PlannedCall> calls;
  std::string text;
};

/// Decides what the offline voice does next. `tools` is the GA tool array in force.
class Brain {
 public:
  virtual ~Brain() = default;
  virtual boost::asio::awaitable<Result<Plan>> plan(const std::vector<Turn>& turns,
                                                    const json::array& tools,
                                                    const std::string& instructions,
                                                    async::Deadline deadline) = 0;
};

}  // namespace callosum::provider::offline
