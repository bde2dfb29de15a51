#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <vector>

#include "base/result.hpp"

namespace callosum::tool::http::calendar {

namespace json = boost::json;

struct Span {
  std::chrono::sys_seconds begin;
  std::chrono::sys_seconds end;
  bool operator==(const Span&) const = default;
};

/// What is taken, of an answer of freeBusy for the one calendar "primary". INVALID_OUTPUT where it
/// cannot be read.
Result<std::vector<Span>> read_busy(const json::value& answer);

struct SlotSearch {
  std::vector<Span> windows;  ///< in order: where a slot may be
  std::chrono::minutes length{30};
  std::chrono::sys_seconds not_before{};
  std::size_t most = 5;
};
/// The gaps that are long enough, from the next full five minutes on, each to its end.
std::vector<Span> find_slots(const SlotSearch& search, std::vector<Span> busy);

}  // namespace callosum::tool::http::calendar
