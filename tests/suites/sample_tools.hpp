#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "registry/snapshot.hpp"

namespace callosum::suites {

namespace json = boost::json;

/// What tests/suites/real_world_tools says of a tool beside its schema.
struct Sample {
  std::vector<json::value> good;  ///< arguments that the schema takes
  json::object bad;               ///< "place keyword" -> arguments that break just this
};

struct RealWorld {
  std::shared_ptr<const registry::Snapshot> snapshot;  ///< null where `problems` says why
  std::string problems;
  std::map<std::string, Sample> samples;
};

/// The hundred tools, as packs that were loaded for these consumers.
RealWorld load_real_world(const std::vector<std::string>& consumers);

}  // namespace callosum::suites
