#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>

#include "sim/counters.hpp"

namespace callosum::sim {

namespace json = boost::json;

/// What a service was asked, for `GET /sim/stats`: counters, and lists that keep the newest
/// thousand entries.
class Records final : public Counters {
 public:
  void record(std::string_view list, json::object entry);
  json::object to_json() const;

 private:
  json::object lists_;
};

}  // namespace callosum::sim
