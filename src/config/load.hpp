#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace callosum::config {

/// A variable of the environment, or nothing. A seam: tests bring their own.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
Environment process_environment();

/// One thing that is wrong, never with a secret's value in it.
struct Problem {
  std::string origin;   ///< "callosum.yaml:12", "--set", "environment"; empty: of the whole
  std::string key;      ///< "limits.voice.calls"
  std::string message;  ///< "expected a whole number from 0 to 1000, not \"many\""
  std::string to_string() const;
};

struct LoadRequest {
  std::string file;               ///< YAML; empty: defaults and `sets` only
  std::vector<std::string> sets;  ///< "KEY=VALUE", later ones win, all win over the file
  Environment env = process_environment();
  /// False for what opens no connection: a secret that is not there is then only a warning.
  bool needs_secrets = true;
};

struct LoadOutcome {
  Config config;                  ///< to be used only when there is no problem
  std::vector<Problem> problems;  ///< all of them, in the order of the file
  std::vector<Problem> warnings;
  bool ok() const { return problems.empty(); }
};

LoadOutcome load(const LoadRequest& request);
/// The same with the file's text at hand; `request.file` only names it in problems.
LoadOutcome load_text(std::string_view yaml, const LoadRequest& request);

/// Every problem, one a line, as one VALIDATION error; else the configuration.
Result<Config> config_or_error(LoadOutcome outcome);

}  // namespace callosum::config
