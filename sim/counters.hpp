#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace callosum::sim {

/// How often each thing happened, for `GET /sim/stats`.
class Counters {
 public:
  void count(std::string_view counter, std::uint64_t by = 1);
  std::uint64_t get(std::string_view counter) const;

 protected:
  /// `always`: those that are there while they are zero, so that a test can compare.
  boost::json::object counted(std::span<const char* const> always) const;

 private:
  std::map<std::string, std::uint64_t, std::less<>> counters_;
};

}  // namespace callosum::sim
