#pragma once

#include <boost/asio/awaitable.hpp>

#include "tool/http/sender.hpp"

namespace callosum::tool::http {

/// Puts in the place of each entry of the plan's list what its own request answers: a few at a
/// time, in the list's order, of the first `most` entries. One that is no longer there is left out;
/// any other failure is that of the whole. A list that is not there is nothing to do.
boost::asio::awaitable<Result<json::value>> fetch_each(const EachPlan& each, Sender& sender,
                                                       const json::object& arguments,
                                                       json::value answer);

}  // namespace callosum::tool::http
