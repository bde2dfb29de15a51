#include "provider/deepgram/flux_wire.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace callosum::provider::deepgram {
namespace {

// How sure it must be to tell that a turn seems to end: early enough to think ahead.
constexpr const char* kEagerThreshold = "0.5";
// Longer together than the sound that is kept.
constexpr std::int64_t kNoteEvery_ms = 250;
constexpr std::size_t kMostNotes = 64;

std::string join(std::string_view first, std::string_view second) {
  std::string out(first);
  if (!first.empty() && !second.empty()) out += ' ';
  return out += second;
}

std::size_t count_words(std::string_view text) {
  const auto blanks = std::count(text.begin(), text.end(), ' ');
  return text.empty() ? 0 : static_cast<std::size_t>(blanks) + 1;
}

/// What the message says of each of its words; of some it says nothing (protocols §2.2).
realtime::Confidence confidence_in(const json::object& message) {
  realtime::Confidence out;
  const auto* words = find_array(message, "words");
  for (const auto& entry : words ? *words : json::array{}) {
    const auto* word = entry.if_object();
    const auto* said = word ? word->if_contains("confidence") : nullptr;
    if (said && said->is_number()) out.add(said->to_number<double>());
  }
  return out;
}

std::string_view first_words(std::string_view text, std::size_t words) {
  std::size_t end = 0;
  for (; words > 0 && end < text.size(); --words)
    end = std::min(text.find(' ', end + 1), text.size());
  return text.substr(0, end);
}

}  // namespace

net::WsConnectOptions FluxWire::where(std::string_view format) const {
  auto connect = at("/v2/listen", format);
  auto& url = connect.url;
  url = cloud::with_parameter(url, "eager_eot_threshold", kEagerThreshold);
  if (options_.turn_ms > 0) {
    url = cloud::with_parameter(url, "eot_timeout_ms", std::to_string(options_.turn_ms));
  }
  // Of one language there is nothing to hint at: it would be refused (protocols §2.2).
  const bool takes_hints = options_.service.model.find("-multi") != std::string::npos;
  if (takes_hints && !options_.language.empty()) {
    url = cloud::with_parameter(url, "language_hint", options_.language);
  }
  for (const auto& term : options_.keyterms) url = cloud::with_parameter(url, "keyterm", term);
  return connect;
}

/// Of a turn that is not sent again from its beginning, the words before that are kept.
void FluxWire::begin() {
  const bool is_cut = began_ms_ && *began_ms_ < from_ms();
  if (!is_cut) return forget_words();
  while (!heard_.empty() && heard_.back().until_ms > from_ms()) heard_.pop_back();
  if (heard_.empty()) {
    turns_.fail("the beginning of what was said is lost", from_ms());
    return forget_words();
  }
  before_ = first_words(text_, heard_.back().words);
  confidence_ = before_confidence_ = heard_.back().confidence;
  text_ = before_;
}

void FluxWire::forget_words() {
  text_.clear();
  confidence_ = {};
  before_.clear();
  before_confidence_ = {};
  began_ms_.reset();
  heard_.clear();
}

void FluxWire::note_words(std::int64_t until_ms) {
  if (text_.empty()) return;
  if (!heard_.empty() && until_ms < heard_.back().until_ms + kNoteEvery_ms) return;
  heard_.push_back({until_ms, count_words(text_), confidence_});
  if (heard_.size() > kMostNotes) heard_.pop_front();
}

Result<void> FluxWire::take(const json::object& message) {
  if (text_at(message, "type") != "TurnInfo") return {};
  const auto event = text_at(message, "event");
  text_ = join(before_, text_at(message, "transcript"));
  confidence_ = before_confidence_;
  confidence_.add(confidence_in(message));
  const auto at_ms = ms_at(message, "audio_window_end");
  if (event == "EndOfTurn") {
    turns_.ended(at_ms, text_, confidence_);
    acknowledge(at_ms);
    forget_words();
    return {};
  }
  if (event == "StartOfTurn" || !text_.empty()) {
    const auto began_ms = ms_at(message, "audio_window_start");
    if (!began_ms_) began_ms_ = began_ms;
    turns_.began(began_ms);
    note_words(at_ms);
  }
  turns_.partial(text_, event == "EagerEndOfTurn");  // TurnResumed takes that back
  return {};
}

}  // namespace callosum::provider::deepgram
