#pragma once

#include <boost/container/deque.hpp>

namespace callosum {

/// A double-ended queue that holds no memory while it has never held anything: std::deque takes 600
/// bytes from the start, and a session has many that stay empty.
template <class T>
using Deque = boost::container::deque<
    T, void, typename boost::container::deque_options<boost::container::block_bytes<256>>::type>;

}  // namespace callosum
