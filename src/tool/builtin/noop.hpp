#pragma once

#include "tool/builtin/builtin_kind.hpp"

namespace callosum::tool::builtin {

/// Answers `{}` at once: what a call costs before any tool does its work. `./dev bench` measures
/// with it.
boost::asio::awaitable<Result<ToolOutput>> do_nothing(const Invocation& invocation,
                                                      async::Deadline deadline);

}  // namespace callosum::tool::builtin
