#include "sim/deepgram/world.hpp"

#include <boost/json/array.hpp>
#include <charconv>

#include "base/text.hpp"

namespace callosum::sim::deepgram {
namespace {

Error bad(std::string message) { return fail(ErrorType::validation, std::move(message)); }

/// The number of a parameter; `otherwise` where it is missing.
Result<double> read_number(const net::HttpRequest& request, std::string_view name,
                           double otherwise) {
  const auto text = request.query(name);
  if (text.empty()) return otherwise;
  double value = 0;
  const auto* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !(value >= 0) || value > 1e6) {
    return bad(std::string(name) + " must be a number, not '" + text + "'");
  }
  return value;
}

Ms as_ms(double value) { return Ms(static_cast<std::int64_t>(value)); }

}  // namespace

Result<SoundFormat> read_format(const net::HttpRequest& request, int otherwise_hz) {
  const auto encoding = request.query("encoding");
  const auto rate = read_number(request, "sample_rate", otherwise_hz);
  if (!rate) return rate.error();
  SoundFormat format{.coding = SoundCoding::pcm, .rate_hz = static_cast<int>(*rate)};
  if (encoding == "mulaw") {
    format.coding = SoundCoding::ulaw;
  } else if (encoding == "alaw") {
    format.coding = SoundCoding::alaw;
  } else if (!encoding.empty() && encoding != "linear16") {
    return bad("the simulator has no encoding '" + encoding + "'");
  }
  if (format.rate_hz < 8000 || format.rate_hz > 48000) {
    return bad("sample_rate is needed with a raw encoding, 8000 to 48000");
  }
  return format;
}

Result<ListenQuery> read_live_query(const net::HttpRequest& request) {
  ListenQuery out;
  const auto format = read_format(request, 0);
  if (!format) return format.error();
  out.format = *format;
  out.ends_speech = request.query("endpointing") != "false";
  if (out.ends_speech && request.query("endpointing") != "true") {
    const auto wait = read_number(request, "endpointing", 10);
    if (!wait) return wait.error();
    out.endpointing = as_ms(*wait);
  }
  out.has_interim = request.query("interim_results") == "true";
  out.has_vad_events = request.query("vad_events") == "true";
  const auto end = read_number(request, "utterance_end_ms", 0);
  if (!end) return end.error();
  out.utterance_end = as_ms(*end);
  if (*end > 0 && !out.has_interim) return bad("utterance_end_ms needs interim_results=true");
  if (request.query("model").starts_with("nova-3") && !request.query("keywords").empty()) {
    return bad("keywords are not for nova-3: use keyterm");
  }
  return out;
}

Result<ListenQuery> read_flux_query(const net::HttpRequest& request) {
  ListenQuery out;
  const auto format = read_format(request, 0);
  if (!format) return format.error();
  out.format = *format;
  if (!request.query("model").starts_with("flux-general-")) {
    return bad("model must be flux-general-en or flux-general-multi");
  }
  const auto end = read_number(request, "eot_threshold", 0.7);
  const auto eager = read_number(request, "eager_eot_threshold", 0);
  const auto timeout = read_number(request, "eot_timeout_ms", 5000);
  if (!end || *end < 0.5 || *end > 1) return bad("eot_threshold must be 0.5 to 1.0");
  if (!eager || (*eager != 0 && (*eager < 0.3 || *eager > 0.9))) {
    return bad("eager_eot_threshold must be 0.3 to 0.9");
  }
  if (!timeout || *timeout < 500 || *timeout > 60000) {
    return bad("eot_timeout_ms must be 500 to 60000");
  }
  out.eot_threshold = *end;
  out.eager_threshold = *eager;
  out.eot_timeout = as_ms(*timeout);
  return out;
}

json::array words_of(const std::string& text, double confidence, Ms from, Ms to) {
  std::vector<std::string_view> words;
  for (const auto word : split(text, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  json::array out;
  const auto length =
      seconds(to - from) / static_cast<double>(std::max<std::size_t>(words.size(), 1));
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string plain;
    for (const char c : to_lower_ascii(words[i])) {
      if (std::string_view(".,!?").find(c) == std::string_view::npos) plain += c;
    }
    out.push_back(json::object{{"word", plain},
                               {"start", seconds(from) + length * static_cast<double>(i)},
                               {"end", seconds(from) + length * static_cast<double>(i + 1)},
                               {"confidence", confidence},
                               {"punctuated_word", words[i]}});
  }
  return out;
}

const Cut* CutWatch::due(Ms now, std::size_t utterance, Ms into) {
  if (is_done_) return nullptr;
  for (const auto& cut : script_->cuts) {
    if (cut.connection != 0 && cut.connection != connection_) continue;
    const bool is_due =
        cut.utterance == 0 ? now >= cut.at : cut.utterance == utterance && into >= cut.into;
    if (!is_due) continue;
    is_done_ = true;
    return &cut;
  }
  return nullptr;
}

}  // namespace callosum::sim::deepgram
