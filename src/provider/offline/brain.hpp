#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "async/deadline.hpp"
#include "base/result.hpp"
#include "provider/conversation/turn.hpp"

namespace callosum::provider::offline {

namespace json = boost::json;

using conversation::PlannedCall;
using conversation::Turn;

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
