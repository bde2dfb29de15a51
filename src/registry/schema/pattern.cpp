#include "registry/schema/pattern.hpp"

#include <unicode/regex.h>
#include <unicode/unistr.h>
#include <unicode/ustring.h>
#include <utility>

#include "registry/schema/ecma_pattern.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::int32_t kMatcherStackBytes = 2 << 20;
constexpr std::size_t kMaxTextBytes = 256 * 1024;
/// How often ICU calls back, in its own steps.
constexpr std::int64_t kStepsPerCall = 10'000;

struct Meter {
  PatternBudget* budget = nullptr;
  std::int64_t text_units = 0;
};

UBool on_steps(const void* context, std::int32_t) {
  auto* budget = static_cast<const Meter*>(context)->budget;
  budget->steps -= kStepsPerCall;
  return budget->steps > 0;
}

/// Called for each place where a match may start: what follows may be read to its end without a
/// step counted.
UBool on_start(const void* context, std::int64_t index) {
  const auto* meter = static_cast<const Meter*>(context);
  meter->budget->steps -= 1 + (meter->text_units - index) / 64;
  return meter->budget->steps > 0;
}

}  // namespace

struct Pattern::Compiled {
  std::unique_ptr<icu::RegexPattern> pattern;
};

struct Pattern::Matcher {
  std::unique_ptr<icu::RegexMatcher> icu;
  std::u16string text;
  icu::UnicodeString view;
};

Pattern::Pattern(std::string source, std::unique_ptr<const Compiled> compiled)
    : source_(std::move(source)), compiled_(std::move(compiled)) {}

Pattern::~Pattern() { delete spare_.load(); }

Result<std::shared_ptr<const Pattern>> Pattern::make(std::string_view ecma) {
  auto translated = translate_ecma_pattern(ecma);
  if (!translated) return translated.error();
  UErrorCode status = U_ZERO_ERROR;
  UParseError place{};
  auto compiled = std::make_unique<Compiled>();
  compiled->pattern.reset(
      icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(*translated), 0, place, status));
  if (U_FAILURE(status)) {
    return fail(ErrorType::validation,
                std::string("the pattern does not compile: ") + u_errorName(status));
  }
  return std::shared_ptr<const Pattern>(new Pattern(std::string(ecma), std::move(compiled)));
}

Pattern::Match Pattern::search(std::string_view text, PatternBudget& budget) const {
  if (text.size() > kMaxTextBytes || budget.steps <= 0) return Match::too_costly;
  std::unique_ptr<Matcher> matcher(spare_.exchange(nullptr, std::memory_order_acquire));
  if (!matcher) {
    UErrorCode status = U_ZERO_ERROR;
    matcher = std::make_unique<Matcher>();
    matcher->icu.reset(compiled_->pattern->matcher(status));
    if (U_FAILURE(status)) return Match::too_costly;
    matcher->icu->setStackLimit(kMatcherStackBytes, status);
  }
  const Match found = run(*matcher, text, budget);
  // Another thread may have put its own back meanwhile; one is enough.
  delete spare_.exchange(matcher.release(), std::memory_order_acq_rel);
  return found;
}

Pattern::Match Pattern::run(Matcher& matcher, std::string_view text, PatternBudget& budget) const {
  matcher.text.resize(text.size());
  std::int32_t units = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8WithSub(matcher.text.data(), static_cast<std::int32_t>(matcher.text.size()), &units,
                       text.data(), static_cast<std::int32_t>(text.size()), 0xFFFD, nullptr,
                       &status);
  if (status == U_STRING_NOT_TERMINATED_WARNING) status = U_ZERO_ERROR;
  if (U_FAILURE(status)) return Match::too_costly;

  matcher.view.setTo(false, matcher.text.data(), units);  // an alias, not a copy
  matcher.icu->reset(matcher.view);
  const Meter meter{.budget = &budget, .text_units = units};
  matcher.icu->setMatchCallback(on_steps, &meter, status);
  matcher.icu->setFindProgressCallback(on_start, &meter, status);
  budget.steps -= 16 + units;
  const bool found = matcher.icu->find(status);
  if (U_FAILURE(status)) return Match::too_costly;
  return found ? Match::yes : Match::no;
}

}  // namespace callosum::registry::schema
