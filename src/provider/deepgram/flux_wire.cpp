#include "provider/deepgram/flux_wire.hpp"

#include "base/json.hpp"

namespace callosum::provider::deepgram {
namespace {

// How sure it must be to tell that a turn seems to end: early enough to think ahead.
constexpr const char* kEagerThreshold = "0.5";

}  // namespace

net::WsConnectOptions FluxWire::where(std::string_view format) const {
  auto connect = at("/v2/listen", format);
  auto& url = connect.url;
  url = cloud::with_parameter(url, "eager_eot_threshold", kEagerThreshold);
  if (options_.turn_ms > 0) {
    url = cloud::with_parameter(url, "eot_timeout_ms", std::to_string(options_.turn_ms));
  }
  if (!options_.language.empty()) {
    url = cloud::with_parameter(url, "language_hint", options_.language);
  }
  for (const auto& term : options_.keyterms) url = cloud::with_parameter(url, "keyterm", term);
  return connect;
}

Result<void> FluxWire::take(const json::object& message) {
  if (text_at(message, "type") != "TurnInfo") return {};
  const auto event = text_at(message, "event");
  text_ = text_at(message, "transcript");
  if (event == "EndOfTurn") {
    const auto at_ms = ms_at(message, "audio_window_end");
    turns_.ended(at_ms, text_);
    acknowledge(at_ms);
    text_.clear();
    return {};
  }
  if (event == "StartOfTurn" || !text_.empty()) turns_.began(ms_at(message, "audio_window_start"));
  turns_.partial(text_, event == "EagerEndOfTurn");  // TurnResumed takes that back
  return {};
}

}  // namespace callosum::provider::deepgram
