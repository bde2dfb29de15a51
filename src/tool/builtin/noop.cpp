#include "tool/builtin/noop.hpp"

namespace callosum::tool::builtin {

boost::asio::awaitable<Result<ToolOutput>> do_nothing(const Invocation& /*invocation*/,
                                                      async::Deadline /*deadline*/) {
  ToolOutput output;
  output.data = json::object();
  co_return output;
}

}  // namespace callosum::tool::builtin
