#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <yaml-cpp/yaml.h>

#include "base/error.hpp"

namespace callosum::sim {

/// Reads one YAML map key by key and keeps the first problem, with its line, for all maps that
/// share `problem`.
class Sheet {
 public:
  Sheet(const YAML::Node& node, std::string where, std::optional<Error>& problem);

  bool has(const char* key);
  void read(const char* key, std::string& into);
  void read(const char* key, std::optional<std::string>& into);
  void read(const char* key, std::size_t& into);
  void read(const char* key, std::optional<std::size_t>& into);
  void read(const char* key, bool& into);
  void read_ms(const char* key, std::chrono::milliseconds& into, std::int64_t unit_ms = 1);
  /// A scalar counts as a list of one.
  void each(const char* key, const std::function<void(const YAML::Node&)>& read);
  /// A map below this one; nothing happens when it is missing.
  void nested(const char* key, const std::function<void(Sheet&)>& read);
  YAML::Node node(const char* key);
  void complain(const YAML::Node& at, std::string message);
  /// Says so when a key was given that nobody read.
  void finish();
  std::optional<Error>& problem() { return problem_; }
  const std::string& where() const { return where_; }

 private:
  YAML::Node node_;
  std::string where_;
  std::optional<Error>& problem_;
  std::set<std::string> known_;
};

/// YAML as JSON: unquoted scalars that are JSON numbers, true, false or null are those.
boost::json::value to_json(const YAML::Node& node);

}  // namespace callosum::sim
