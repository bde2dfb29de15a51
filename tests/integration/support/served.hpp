#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"
#include "process.hpp"
#include "raw_client.hpp"
#include "real_world.hpp"
#include "stage.hpp"

namespace callosum::testing {

/// A running `callosum serve` with a copy of the packs that a test may edit.
class Served {
 public:
  /// Throws, with what the program complained of, when it does not come up.
  explicit Served(const std::vector<std::string>& options = {}, const Environment& more = {});

  /// The same program on the same folder again, however the last one ended. Throws as the
  /// constructor does; the addresses are new.
  void start_again(const Environment& more = {});
  /// Ends it in order: what it knows is on disk then.
  void stop();

  Process& process() { return *process_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path data() const { return folder() / "data"; }
  std::filesystem::path manifest() const { return folder() / "packs/receptionist/pack.yaml"; }
  std::string realtime() const { return "ws" + main_.substr(4) + "/v1/realtime"; }
  std::uint16_t port() const;
  const std::string& main() const { return main_; }    ///< "http://…"
  const std::string& admin() const { return admin_; }  ///< "http://…"

  /// A token of its own identity service.
  static std::string token(const std::string& tenant, const std::vector<std::string>& roles,
                           const std::string& subject = "test");
  net::HttpResponse ask(const std::string& method, const std::string& path,
                        const std::string& body = {}) const;
  /// By an admin of this tenant alone, with the role sales; `ask` is by an operator of none.
  net::HttpResponse ask_of(const std::string& tenant, const std::string& method,
                           const std::string& path, const std::string& body = {}) const;
  /// The manifest with the first `from` replaced; throws where there is none.
  void edit(std::string_view from, std::string_view to) const;
  std::string read(const std::filesystem::path& path) const;
  /// The records of every call so far, one JSON object a line.
  std::string audit() const;
  /// The value of a metric's line that begins so; -1 without one.
  double metric(std::string_view line) const;

 private:
  TempFolder folder_;
  std::vector<std::string> arguments_;
  Environment environment_;
  std::unique_ptr<Process> process_;
  std::string main_;
  std::string admin_;
};

/// A typed conversation that stays open.
class OpenCall {
 public:
  OpenCall(const Served& gateway, const std::string& tenant);
  /// Types, and waits for the end of the answer: what was said.
  std::string say(const std::string& text);

 private:
  RawClient client_;
};

}  // namespace callosum::testing
