#include "sim/speech/eleven.hpp"

#include <boost/json/array.hpp>
#include <charconv>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::sim::speech {
namespace {

std::vector<std::string> letters_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    auto end = at + 1;
    while (end < text.size() && (text[end] & 0xc0) == 0x80) ++end;
    out.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

bool is_true(const json::object& message, const char* key) {
  const auto* value = message.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

}  // namespace

Result<SoundFormat> parse_eleven_format(std::string_view name) {
  const auto line = std::min(name.find('_'), name.size());
  const auto coding = name.substr(0, line);
  const auto digits = name.substr(std::min(line + 1, name.size()));
  SoundFormat out;
  const auto* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, out.rate_hz);
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == end;
  const bool is_known =
      coding == "pcm" || ((coding == "ulaw" || coding == "alaw") && out.rate_hz == 8000);
  if (!is_number || !is_known || out.rate_hz < 8000 || out.rate_hz > 48000) {
    return fail(ErrorType::validation,
                "the simulator has no output_format '" + std::string(name) + "'");
  }
  out.coding = coding == "pcm"    ? SoundCoding::pcm
               : coding == "ulaw" ? SoundCoding::ulaw
                                  : SoundCoding::alaw;
  return out;
}

ElevenSession::ElevenSession(ServiceLine& line, std::shared_ptr<const Script> script,
                             ElevenOptions options)
    : line_(line),
      script_(std::move(script)),
      options_(std::move(options)),
      heard_of_(line.world().time.now()) {}

void ElevenSession::watch_idle() {
  line_.after(std::chrono::seconds(1), [this] {
    if (line_.world().time.now() - heard_of_ < options_.inactivity) return watch_idle();
    line_.note("timed_out");
    line_.close(1008, "input_timeout_exceeded: no new text in " +
                          std::to_string(options_.inactivity.count()) + " seconds");
  });
}

void ElevenSession::refuse(const std::string& why) {
  line_.note("refused_events", why);
  line_.send({{"message", why}, {"error", "invalid_request"}, {"code", 1008}});
  line_.close(1008, why.substr(0, 100));
}

void ElevenSession::on_text(std::string_view frame) {
  heard_of_ = line_.world().time.now();
  const auto parsed = parse_strict(frame);
  const auto* message = parsed ? parsed->if_object() : nullptr;
  if (!message) return refuse("the message is no JSON object");
  line_.log_in(*message);
  if (!has_begun_ && !check_first(*message)) return;
  has_begun_ = true;
  take(*message);
}

bool ElevenSession::check_first(const json::object& message) {
  const auto given = text_at(message, "xi_api_key", text_at(message, "xi-api-key"));
  const bool is_key = !given.empty() && (options_.key.empty() || given == options_.key);
  if (!options_.is_let_in && !is_key) {
    refuse("invalid_api_key");
    return false;
  }
  if (options_.is_multi || text_at(message, "text") == " ") return true;
  refuse("the first message must have the text ' '");
  return false;
}

ElevenSession::Context& ElevenSession::context(const std::string& id) {
  auto& out = contexts_[id];
  if (out.mouth) return out;
  line_.note("contexts", id);
  out.id = id;
  out.mouth = std::make_unique<Mouth>(
      script_->voice,
      [this](Ms delay, std::function<void()> action) { line_.after(delay, std::move(action)); });
  return out;
}

void ElevenSession::take(const json::object& message) {
  const auto id = options_.is_multi ? std::string(text_at(message, "context_id", "default")) : "";
  if (is_true(message, "close_socket")) return close_socket();
  if (is_true(message, "close_context")) {
    const auto found = contexts_.find(id);
    if (found == contexts_.end()) return line_.note("closes_of_nothing", id);
    return close_context(found->second);
  }
  const auto* text = find_string(message, "text");
  if (!text && !is_true(message, "flush")) return refuse("a message without text");
  if (text && text->empty() && !options_.is_multi) return close_socket();
  auto& into = context(id);
  if (into.is_closing) return line_.note("texts_for_closed", id);
  take_text(into, message, text ? std::string_view(*text) : "");
}

void ElevenSession::take_text(Context& context, const json::object& message,
                              std::string_view text) {
  const auto* config = find_object(message, "generation_config");
  const auto* schedule = config ? find_array(*config, "chunk_length_schedule") : nullptr;
  if (schedule && !schedule->empty() && schedule->front().is_int64()) {
    context.least =
        static_cast<std::size_t>(std::max<std::int64_t>(schedule->front().as_int64(), 1));
  }
  if (trim(text).empty() && !is_true(message, "flush")) return;  // begins, or keeps alive
  context.text.append(text);
  const bool is_all = is_true(message, "flush") || is_true(message, "try_trigger_generation") ||
                      context.text.size() >= context.least;
  if (is_all) {
    line_.world().records.count("flushes", is_true(message, "flush"));
    say(context, context.text.take_all());
  } else if (options_.is_auto) {
    say(context, context.text.take_sentences());
  }
}

void ElevenSession::say(Context& context, std::string text) {
  if (trim(text).empty()) return;
  line_.world().records.record(
      "said", {{"connection", line_.name()}, {"context", context.id}, {"text", text}});
  if (++texts_ == script_->voice.fail_nth) {
    line_.note("injected_faults", "fail");
    json::object failure{{"message", script_->voice.error}, {"error", "internal"}, {"code", 1011}};
    name(failure, context.id);
    line_.send(failure);
    if (!options_.is_multi) line_.close(1011, "internal");
    return;
  }
  context.mouth->say(std::move(text), options_.format,
                     [this, id = context.id](const auto& piece) { send_piece(id, piece); });
}

void ElevenSession::name(json::object& event, const std::string& id) const {
  if (options_.is_multi) event[script_->has_other_names ? "context_id" : "contextId"] = id;
}

json::object ElevenSession::alignment(std::string_view text) const {
  json::array chars;
  json::array starts;
  json::array lengths;
  const auto letters = letters_of(text);
  const auto all = static_cast<std::int64_t>(letters.size());
  for (std::int64_t i = 0; i < all; ++i) {
    const auto start = kSoundPiece.count() * i / all;
    chars.emplace_back(letters[static_cast<std::size_t>(i)]);
    starts.emplace_back(start);
    lengths.emplace_back(kSoundPiece.count() * (i + 1) / all - start);
  }
  const bool is_other = script_->has_other_names;
  return {{"chars", std::move(chars)},
          {is_other ? "charsStartTimesMs" : "charStartTimesMs", std::move(starts)},
          {is_other ? "charDurationsMs" : "charsDurationsMs", std::move(lengths)}};
}

void ElevenSession::send_piece(const std::string& id, const Mouth::Piece& piece) {
  json::object event{{"audio", tone_piece_base64(options_.format)}, {"isFinal", nullptr}};
  if (options_.has_alignment) {
    event["alignment"] = alignment(piece.text);
    event["normalizedAlignment"] = alignment(piece.text);
  }
  name(event, id);
  line_.send(event);
  if (++pieces_ != script_->voice.cut_after) return;
  line_.note("injected_faults", "cut");
  line_.end(script_->voice.cut);
}

void ElevenSession::close_context(Context& context) {
  if (context.is_closing) return;
  context.is_closing = true;
  line_.note("closed_contexts", context.id);
  if (script_->closes_at_once) {
    context.mouth->clear();
  } else {
    say(context, context.text.take_all());
  }
  context.mouth->when_said([this, id = context.id] { finish(id); });
}

/// Everything of the context has been said.
void ElevenSession::finish(const std::string& id) {
  json::object last{{"audio", nullptr}, {"isFinal", true}};
  name(last, id);
  line_.send(last);
  // Its mouth is the one that tells this: it goes a moment later.
  line_.after(Ms(0), [this, id] {
    contexts_.erase(id);
    end_if_done();
  });
}

void ElevenSession::close_socket() {
  is_closing_ = true;
  std::vector<Context*> open;
  for (auto& [id, context] : contexts_) open.push_back(&context);
  for (auto* context : open) close_context(*context);
  end_if_done();
}

void ElevenSession::end_if_done() {
  if (is_closing_ && contexts_.empty()) line_.close(1000, "");
}

}  // namespace callosum::sim::speech
