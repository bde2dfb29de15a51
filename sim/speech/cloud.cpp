#include "sim/speech/cloud.hpp"

#include <charconv>

#include "base/json.hpp"
#include "sim/speech/cartesia.hpp"
#include "sim/speech/openai_speech.hpp"

namespace callosum::sim::speech {
namespace {

constexpr std::string_view kEleven = "/v1/text-to-speech/";

bool is_true(const net::HttpRequest& request, std::string_view name) {
  return request.query(name) == "true";
}

std::chrono::seconds read_inactivity(const net::HttpRequest& request) {
  const auto text = request.query("inactivity_timeout");
  int seconds = 20;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(std::clamp(seconds, 1, 180));
}

std::string_view without(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string_view();
}

}  // namespace

Result<void> Cloud::take_script(const std::string& yaml) {
  auto script = parse_script(yaml);
  if (!script) return script.error();
  script_ = std::move(*script);
  refused_ = texts_ = 0;
  return {};
}

bool Cloud::is_key(std::string_view given) const {
  return !given.empty() && (key_.empty() || given == key_);
}

net::UpgradeDecision Cloud::refuse(int status, std::string_view code, std::string_view message) {
  world().records.count("refused_connections");
  net::UpgradeDecision decision;
  decision.refusal = openai_error(status, code, message);
  return decision;
}

net::UpgradeDecision Cloud::admit(const net::HttpRequest& request) {
  const auto path = request.path();
  const bool is_eleven = path.starts_with(kEleven) && path.ends_with("stream-input");
  if (!is_eleven && path != "/tts/websocket") return refuse(404, "not_found", "no such address");
  if (refused_ < script_->refused_connections) {
    ++refused_;
    return refuse(script_->refuse_status, "too_many_requests", "too many connections");
  }
  world().records.record("queries", {{"target", request.target}});
  return is_eleven ? admit_eleven(request) : admit_cartesia(request);
}

net::UpgradeDecision Cloud::admit_eleven(const net::HttpRequest& request) {
  if (request.query("model_id") == "eleven_v3") {
    return refuse(403, "model_not_supported", "eleven_v3 is not for this address");
  }
  const auto named = request.query("output_format");
  const auto format = parse_eleven_format(named.empty() ? "mp3_44100_128" : named);
  if (!format) return refuse(400, "invalid_output_format", format.error().message);
  const auto given = request.headers.get("xi-api-key");
  if (!given.empty() && !is_key(given)) return refuse(401, "invalid_api_key", "Invalid API key");
  ElevenOptions options{.format = *format,
                        .is_multi = request.path().ends_with("/multi-stream-input"),
                        .is_let_in = !given.empty(),
                        .is_auto = is_true(request, "auto_mode"),
                        .has_alignment = is_true(request, "sync_alignment"),
                        .inactivity = read_inactivity(request),
                        .key = key_};
  return let_in([script = script_, options](ServiceLine& line) {
    return std::make_unique<ElevenSession>(line, script, options);
  });
}

net::UpgradeDecision Cloud::admit_cartesia(const net::HttpRequest& request) {
  const auto bearer = without(request.headers.get("Authorization"), "Bearer ");
  const bool is_let_in = is_key(bearer) || is_key(request.headers.get("X-API-Key")) ||
                         is_key(request.query("api_key"));
  if (!is_let_in) return refuse(401, "unauthorized", "Invalid API key");
  const bool has_version =
      request.headers.has("Cartesia-Version") || !request.query("cartesia_version").empty();
  if (!has_version) return refuse(400, "version", "Cartesia-Version is needed");
  return let_in([script = script_](ServiceLine& line) {
    return std::make_unique<CartesiaSession>(line, script);
  });
}

StreamPlan Cloud::plain(net::HttpResponse response) {
  StreamPlan plan;
  plan.pieces.push_back({Ms(0), std::move(response.body)});
  plan.head = std::move(response);
  return plan;
}

StreamPlan Cloud::watched(StreamPlan plan) {
  plan.on_left = [this] { world().records.count("left_streams"); };
  return plan;
}

std::optional<StreamPlan> Cloud::plan_body(const net::HttpRequest& request) {
  if (request.method != "POST") return std::nullopt;
  const auto path = request.path();
  if (path == "/v1/audio/speech") return plan_openai(request);
  if (path.starts_with(kEleven)) return plan_eleven(request);
  return std::nullopt;
}

StreamPlan Cloud::plan_openai(const net::HttpRequest& request) {
  world().records.count("speech_requests");
  if (!is_key(without(request.headers.get("Authorization"), "Bearer "))) {
    return plain(openai_error(401, "invalid_api_key", "Incorrect API key provided."));
  }
  std::string said;
  auto plan = plan_speech(request.body, script_->voice, said);
  if (!plan) return plain(openai_error(400, "invalid_request", plan.error().message));
  world().records.record("said", {{"connection", "http"}, {"text", said}});
  if (++texts_ == script_->voice.fail_nth) {
    return plain(openai_error(500, "server_error", script_->voice.error));
  }
  return watched(std::move(*plan));
}

/// `…/{voice}/stream` and `…/{voice}`: one text, sound as the body.
StreamPlan Cloud::plan_eleven(const net::HttpRequest& request) {
  world().records.count("speech_requests");
  if (!is_key(request.headers.get("xi-api-key"))) {
    return plain(openai_error(401, "invalid_api_key", "Invalid API key"));
  }
  const auto format = parse_eleven_format(request.query("output_format"));
  const auto parsed = parse_strict(request.body);
  const auto* body = parsed ? parsed->if_object() : nullptr;
  const auto text = body ? text_at(*body, "text") : "";
  if (!format || text.empty())
    return plain(openai_error(400, "invalid_request", "text and a known output_format are needed"));
  world().records.record("said", {{"connection", "http"}, {"text", text}});
  StreamPlan plan;
  plan.head.headers.set("Content-Type", "audio/basic");
  const auto pieces = spoken_length(text, script_->voice.speed) / kSoundPiece;
  for (std::int64_t i = 0; i < pieces; ++i) {
    plan.pieces.push_back(
        {i == 0 ? script_->voice.first_byte : script_->voice.pace, tone_piece(*format)});
  }
  return watched(std::move(plan));
}

}  // namespace callosum::sim::speech
