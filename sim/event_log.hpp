#pragma once

#include <boost/json/object.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace callosum::sim {

namespace json = boost::json;

/// What passed on the wires, one JSON object a line: {ms, connection, dir: in|out|note, ...}.
/// Written at once, so that a test can read it while the simulator runs. Base64 audio is replaced
/// by its length.
class EventLog {
 public:
  /// Writes nothing.
  explicit EventLog(const Clock& clock) : clock_(clock), start_(clock.now()) {}
  /// Appends to `path`; PERMANENT when it cannot be opened.
  Result<void> open(const std::string& path);
  bool is_on() const { return file_ != nullptr; }

  void event(std::string_view connection, std::string_view direction, const json::object& event);
  /// What the simulator noticed about its client, or did to it: `kind` names the counter.
  void note(std::string_view connection, std::string_view kind, std::string_view detail);

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  json::object line(std::string_view connection, std::string_view direction) const;
  void write(const json::object& line);

  const Clock& clock_;
  SteadyTime start_;
  std::unique_ptr<std::FILE, Closer> file_;
};

}  // namespace callosum::sim
