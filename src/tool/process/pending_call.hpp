#pragma once

#include <boost/json/value.hpp>

#include "async/outcome.hpp"
#include "base/result.hpp"

namespace callosum::tool::process {

/// One call between the thread of its session, which waits, and the thread of the workers, which
/// answers.
using PendingCall = async::Outcome<Result<boost::json::value>>;

}  // namespace callosum::tool::process
