#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/counters.hpp"

namespace callosum::sim {

namespace json = boost::json;

/// What all connections did, for `GET /sim/stats`. The counters of a client's mistakes stay zero
/// with a client that keeps the protocol. Maps are bounded: past the limit `truncated` says so.
class Stats : public Counters {
 public:
  void record_call(std::string_view call_id, std::string_view name, std::string_view arguments,
                   std::string_view status);
  void record_output(std::string_view call_id, std::string_view output);
  /// Per connection: "session_id", "last_update", "closed" and the like.
  void record_session(std::string_view connection, std::string_view key, json::value value);

  json::object to_json() const;
  void reset();

 private:
  json::object calls_;
  json::object outputs_;
  json::object sessions_;
  bool is_truncated_ = false;
};

}  // namespace callosum::sim
