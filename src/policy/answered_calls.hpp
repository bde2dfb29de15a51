#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/deque.hpp"

namespace callosum::policy {

/// The calls that others build on, as far as they were answered with success: of each the tool, and
/// a hash of every argument. Bounded: the oldest are forgotten. Belongs to the session's thread.
class AnsweredCalls {
 public:
  struct Made {
    std::string tool;
    std::map<std::string, std::string, std::less<>> arguments;  ///< hashes, by name
    bool operator==(const Made&) const = default;
  };
  static constexpr std::size_t kMost = 32;

  void add(std::string_view tool, const boost::json::object& arguments);
  /// One that an earlier connection of the session kept.
  void restore(Made made);
  /// Whether the tool was called with these values of the arguments `shared`; what neither call
  /// says is the same in both.
  bool has(std::string_view tool, const boost::json::object& arguments,
           const std::vector<std::string_view>& shared) const;
  const Deque<Made>& all() const { return made_; }
  /// Another number whenever there is another one.
  std::uint64_t version() const { return version_; }

 private:
  Deque<Made> made_;
  std::uint64_t version_ = 0;
};

}  // namespace callosum::policy
