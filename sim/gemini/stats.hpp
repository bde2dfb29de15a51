#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace callosum::sim::gemini {

namespace json = boost::json;

/// What all connections did, for `GET /sim/stats`. The counters of a client's mistakes stay zero
/// with a client that keeps the protocol. Maps are bounded: past the limit `truncated` says so.
class Stats {
 public:
  void count(std::string_view counter, std::uint64_t by = 1);
  std::uint64_t get(std::string_view counter) const;

  void record_call(std::string_view id, json::object call);
  /// Adds to the responses of a call.
  void record_response(std::string_view id, json::value response);
  /// Per connection ("c1"): "setup", "tools", "closed" and the like.
  void record_session(std::string_view connection, std::string_view key, json::value value);

  json::object to_json() const;
  void reset();

 private:
  std::map<std::string, std::uint64_t, std::less<>> counters_;
  json::object calls_;
  json::object responses_;
  json::object sessions_;
  bool is_truncated_ = false;
};

}  // namespace callosum::sim::gemini
