#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>

#include "base/error.hpp"

namespace callosum {

/// A value or the Error that came instead. `if (!r) return r.error();`, `*r`, `r->field`.
template <class T = void>
using Result = boost::system::result<T, Error>;

/// Thrown by `Result::value()` on a failure: a bug in the one who did not look.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location& where) {
  throw std::logic_error("unchecked " + std::string(to_string(error.type)) + " at " +
                         where.to_string() + ": " + error.message);
}

}  // namespace callosum
