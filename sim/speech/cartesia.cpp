#include "sim/speech/cartesia.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::sim::speech {
namespace {

constexpr std::chrono::minutes kIdle{5};

bool is_true(const json::object& request, const char* key) {
  const auto* value = request.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

/// Of `output_format`; nothing where the simulator cannot.
std::optional<SoundFormat> read_format(const json::object& request) {
  const auto* format = find_object(request, "output_format");
  if (!format || text_at(*format, "container") != "raw") return std::nullopt;
  const auto* rate = format->if_contains("sample_rate");
  if (!rate || !rate->is_int64()) return std::nullopt;
  const auto encoding = text_at(*format, "encoding");
  SoundFormat out{.rate_hz = static_cast<int>(rate->get_int64())};
  if (out.rate_hz < 8000 || out.rate_hz > 48000) return std::nullopt;
  if (encoding == "pcm_s16le") {
    out.coding = SoundCoding::pcm;
  } else if (encoding == "pcm_mulaw") {
    out.coding = SoundCoding::ulaw;
  } else if (encoding == "pcm_alaw") {
    out.coding = SoundCoding::alaw;
  } else {
    return std::nullopt;
  }
  return out;
}

std::string settings_of(const json::object& request) {
  json::object out;
  for (const char* key : {"model_id", "voice", "output_format", "language"}) {
    const auto* value = request.if_contains(key);
    if (value) out[key] = *value;
  }
  return json::serialize(out);
}

}  // namespace

CartesiaSession::CartesiaSession(ServiceLine& line, std::shared_ptr<const Script> script)
    : line_(line), script_(std::move(script)), heard_of_(line.world().time.now()) {}

void CartesiaSession::watch_idle() {
  line_.after(std::chrono::seconds(10), [this] {
    if (line_.world().time.now() - heard_of_ < kIdle) return watch_idle();
    line_.note("timed_out");
    line_.close(1000, "connection idle timeout");
  });
}

void CartesiaSession::refuse(const std::string& id, const std::string& why) {
  line_.note("refused_events", why);
  json::object event{{"type", "error"},
                     {"title", "Invalid request"},
                     {"message", why},
                     {"error_code", "invalid_request"},
                     {"status_code", 400},
                     {"done", true},
                     {"request_id", line_.world().make_uuid()},
                     {"doc_url", "https://docs.cartesia.ai"}};
  if (!id.empty()) event["context_id"] = id;
  line_.send(event);
}

void CartesiaSession::on_text(std::string_view frame) {
  heard_of_ = line_.world().time.now();
  const auto parsed = parse_strict(frame);
  const auto* request = parsed ? parsed->if_object() : nullptr;
  if (!request) return refuse("", "the request is no JSON object");
  line_.log_in(*request);
  take(*request);
}

void CartesiaSession::take(const json::object& request) {
  const auto id = std::string(text_at(request, "context_id"));
  if (id.empty()) return refuse("", "context_id is needed");
  if (is_true(request, "cancel")) return cancel(id);
  if (!find_string(request, "transcript")) return refuse(id, "transcript is needed");
  auto* context = open(id, request);
  if (!context) return;
  if (context->is_ended) return refuse(id, "the context has ended");
  take_text(id, *context, request);
}

CartesiaSession::Context* CartesiaSession::open(const std::string& id,
                                                const json::object& request) {
  auto settings = settings_of(request);
  const auto found = contexts_.find(id);
  if (found != contexts_.end()) {
    if (found->second.settings == settings) return &found->second;
    refuse(id, "model_id, voice, output_format and language stay the same within a context");
    return nullptr;
  }
  const auto format = read_format(request);
  if (!format || text_at(request, "model_id").empty() || !request.contains("voice")) {
    refuse(id,
           "model_id, voice and output_format (raw: pcm_s16le, pcm_mulaw, pcm_alaw) are needed");
    return nullptr;
  }
  line_.note("contexts", id);
  auto& context = contexts_[id];
  context.settings = std::move(settings);
  context.format = *format;
  context.has_timestamps = is_true(request, "add_timestamps");
  const auto* delay = request.if_contains("max_buffer_delay_ms");
  if (delay && delay->is_int64())
    context.buffer_delay = Ms(std::clamp<std::int64_t>(delay->get_int64(), 0, 5000));
  context.mouth = std::make_unique<Mouth>(
      script_->voice,
      [this](Ms later, std::function<void()> action) { line_.after(later, std::move(action)); });
  return &context;
}

void CartesiaSession::take_text(const std::string& id, Context& context,
                                const json::object& request) {
  context.text.append(text_at(request, "transcript"));
  const bool goes_on = is_true(request, "continue");
  const bool is_flush = is_true(request, "flush");
  if (!goes_on || is_flush || context.buffer_delay.count() == 0) {
    say(id, context, context.text.take_all());
  } else {
    say(id, context, context.text.take_sentences());
    wait_for_more(id, context);
  }
  if (is_flush) flush(id, context);
  if (!goes_on) end_context(id, context);
}

/// What is still no sentence is said all the same when nothing follows it in time.
void CartesiaSession::wait_for_more(const std::string& id, Context& context) {
  const auto timer = ++context.timer;
  line_.after(context.buffer_delay, [this, id, timer] {
    const auto found = contexts_.find(id);
    if (found == contexts_.end() || found->second.timer != timer) return;
    say(id, found->second, found->second.text.take_all());
  });
}

void CartesiaSession::say(const std::string& id, Context& context, std::string text) {
  if (trim(text).empty()) return;
  line_.world().records.record("said",
                               {{"connection", line_.name()}, {"context", id}, {"text", text}});
  if (++texts_ == script_->voice.fail_nth) {
    line_.note("injected_faults", "fail");
    return refuse(id, script_->voice.error);
  }
  const auto length = spoken_length(text, script_->voice.speed);
  if (context.has_timestamps) send_times(id, context, text, length);
  context.said += length;
  context.mouth->say(std::move(text), context.format,
                     [this, id](const Mouth::Piece& piece) { send_piece(id, piece); });
}

void CartesiaSession::send_times(const std::string& id, Context& context, const std::string& text,
                                 Ms length) {
  json::array words;
  json::array starts;
  json::array ends;
  for (const auto word : split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  const auto from = static_cast<double>(context.said.count()) / 1000;
  const auto each = static_cast<double>(length.count()) / 1000 / static_cast<double>(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    starts.emplace_back(from + each * static_cast<double>(i));
    ends.emplace_back(from + each * static_cast<double>(i + 1));
  }
  line_.send(
      {{"type", "timestamps"},
       {"context_id", id},
       {"status_code", 206},
       {"done", false},
       {"word_timestamps",
        {{"words", std::move(words)}, {"start", std::move(starts)}, {"end", std::move(ends)}}}});
}

void CartesiaSession::send_piece(const std::string& id, const Mouth::Piece&) {
  auto& context = contexts_.at(id);
  line_.send({{"type", "chunk"},
              {"context_id", id},
              {"status_code", 206},
              {"done", false},
              {"data", tone_piece_base64(context.format)},
              {"step_time", 1.5},
              {"flush_id", context.flush}});
  if (++pieces_ == script_->voice.cut_after) {
    line_.note("injected_faults", "cut");
    return line_.end(script_->voice.cut);
  }
  if (context.still != static_cast<std::size_t>(-1) && --context.still == 0) drop(id);
}

void CartesiaSession::flush(const std::string& id, Context& context) {
  line_.note("flushes", id);
  context.mouth->when_said([this, id] {
    auto& flushed = contexts_.at(id);
    line_.send({{"type", "flush_done"},
                {"context_id", id},
                {"status_code", 206},
                {"done", false},
                {"flush_done", true},
                {"flush_id", flushed.flush++}});
  });
}

void CartesiaSession::end_context(const std::string& id, Context& context) {
  context.is_ended = true;
  context.mouth->when_said([this, id] {
    line_.send({{"type", "done"}, {"context_id", id}, {"status_code", 200}, {"done", true}});
    // Its mouth is the one that tells this: it goes a moment later.
    line_.after(Ms(0), [this, id] { contexts_.erase(id); });
  });
}

void CartesiaSession::cancel(const std::string& id) {
  line_.note("cancels", id);
  const auto found = contexts_.find(id);
  if (found == contexts_.end()) return line_.note("cancels_of_nothing", id);
  if (script_->cancel_lag == 0 || found->second.mouth->is_idle()) return drop(id);
  found->second.still = script_->cancel_lag;
}

void CartesiaSession::drop(const std::string& id) {
  auto& context = contexts_.at(id);
  context.is_ended = true;
  context.mouth->clear();
  line_.send({{"type", "done"}, {"context_id", id}, {"status_code", 200}, {"done", true}});
  line_.after(Ms(0), [this, id] { contexts_.erase(id); });
}

}  // namespace callosum::sim::speech
