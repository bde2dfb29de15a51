#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/snapshot.hpp"

namespace callosum::registry {

/// Collects what is wrong with one file. Holds at most kMaxProblems, so that a hostile file stays
/// cheap.
class Report {
 public:
  static constexpr std::size_t kMaxProblems = 200;

  explicit Report(std::string file) : file_(std::move(file)) {}

  void problem(int line, std::string_view field, std::string message);
  void warn(int line, std::string_view field, std::string message);

  const std::string& file() const { return file_; }
  std::vector<LoadProblem>& problems() { return problems_; }
  std::vector<LoadProblem>& warnings() { return warnings_; }

 private:
  std::string file_;
  std::vector<LoadProblem> problems_;
  std::vector<LoadProblem> warnings_;
};

/// " (did you mean `timeout_ms`?)", or nothing where no known word is near.
std::string nearest_hint(std::string_view word, const std::vector<std::string_view>& known);
/// "read, propose, write or destructive".
std::string one_of(const std::vector<std::string_view>& words);
/// The text as a message shows it: in backquotes, one line, cut at 60 characters, no control
/// characters.
std::string shown(std::string_view text);

}  // namespace callosum::registry
