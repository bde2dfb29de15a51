#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "async/time_source.hpp"
#include "net/byte_stream.hpp"

namespace callosum::net {

/// Client connections of a thread that wait for another request of their kind, for a few seconds
/// and a few of each. `place` says where they lead and what they were allowed: only what was made
/// under the very same one is given out again.
///
/// Null where there is none.
std::unique_ptr<ByteStream> take_kept_connection(const boost::asio::any_io_executor& executor,
                                                 const std::string& place);
/// One whose last response has ended and left nothing unread. `time` outlives it.
void keep_connection(std::string place, std::unique_ptr<ByteStream> stream,
                     async::TimeSource& time);
/// All of this executor's context: so that nothing keeps it busy.
void close_kept_connections(const boost::asio::any_io_executor& executor);

}  // namespace callosum::net
