#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/call/call_client.hpp"
#include "net/http.hpp"
#include "process.hpp"
#include "real_world.hpp"

namespace callosum::testing {

namespace json = boost::json;

/// A running `callosum demo` on a port of its own, with a folder of its own.
class Gateway {
 public:
  /// Throws, with what the program complained of, when it does not come up.
  explicit Gateway(const std::vector<std::string>& options = {}, const Environment& more = {});

  /// Dies as in a power cut, and is back at the same address with the same data.
  void die_and_come_back();

  Process& process() { return *process_; }
  std::uint16_t port() const { return port_; }
  std::string http(std::string_view path) const;
  std::string realtime() const;
  const std::string& token() const { return token_; }
  std::filesystem::path data() const { return folder_.path() / "data"; }
  /// For programs that shall find this gateway by themselves.
  const Environment& environment() const { return environment_; }

 private:
  void start();

  TempFolder folder_;
  Environment environment_;
  std::vector<std::string> arguments_;  // behind `demo --listen ADDRESS`
  std::unique_ptr<Process> process_;
  std::uint16_t port_ = 0;  // 0: any
  std::string token_;
};

/// A running `callosum-sim VENDOR`.
class Cloud {
 public:
  explicit Cloud(const std::string& vendor = "openai",
                 const std::vector<std::string>& options = {});

  const std::string& url() const { return url_; }
  /// For connections from now on (sim/README.md), and with counters at zero.
  void follow(const std::string& yaml);
  json::object stats();
  /// What it was given for its function calls, in the order of their ids.
  std::vector<std::string> outputs();

 private:
  std::string http(std::string_view path) const;

  std::unique_ptr<Process> process_;
  std::string url_;
};

net::HttpResponse fetch(std::string url, net::HttpRequest request = {});

struct Conversation {
  std::vector<app::TimelineEntry> entries;
  std::optional<Error> problem;
  app::CallOutcome outcome;

  std::vector<app::TimelineEntry> all(std::string_view kind) const;
  std::string said() const;        ///< all of it
  std::string transcript() const;  ///< every line, for messages of failed tests
};

/// Places these calls at the same time; each conversation in its place.
std::vector<Conversation> converse(std::vector<app::CallOptions> calls);
/// Types one message and waits for what comes of it.
Conversation type(const Gateway& gateway, const std::string& text);

/// The sum of a metric's series whose labels hold `label`, such as `ok="true"`.
double metric(const Gateway& gateway, std::string_view name, std::string_view label = {});
/// Asks again and again until it is so; false when it is not by then.
bool eventually(const std::function<bool()>& is_so, std::chrono::seconds limit);

/// `callosum ARGUMENTS`, run to its end (status -1: it never came to one).
Process::Ended run_callosum(std::vector<std::string> arguments, const Environment& environment);
std::unique_ptr<Process> start_callosum(std::vector<std::string> arguments,
                                        const Environment& environment);

/// What every test here ends with: the gateway still is the process it was, and well.
void expect_well(Gateway& gateway);

}  // namespace callosum::testing
