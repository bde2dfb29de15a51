#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace callosum::registry::schema {

/// What matching may still cost, for all patterns of one validation together. Counted in steps of
/// the matcher, not in time: the same value is refused on every machine.
struct PatternBudget {
  std::int64_t steps = 2'000'000;
};

/// A compiled regular expression of a schema. Immutable; threads may share it.
class Pattern {
 public:
  enum class Match : std::uint8_t { no, yes, too_costly };

  /// VALIDATION says why `ecma` is no pattern.
  static Result<std::shared_ptr<const Pattern>> make(std::string_view ecma);
  ~Pattern();

  /// Whether `text` holds a match anywhere. Allocates only the first time, or while another thread
  /// matches.
  Match search(std::string_view text, PatternBudget& budget) const;
  const std::string& source() const { return source_; }

 private:
  struct Compiled;
  struct Matcher;
  Pattern(std::string source, std::unique_ptr<const Compiled> compiled);

  Match run(Matcher& matcher, std::string_view text, PatternBudget& budget) const;

  std::string source_;
  std::unique_ptr<const Compiled> compiled_;
  mutable std::atomic<Matcher*> spare_{nullptr};  // ICU's working memory, kept for the next search
};

}  // namespace callosum::registry::schema
