#include "sim/realtime/response_run.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "sim/realtime/dialect.hpp"

namespace callosum::sim {
namespace {

/// Seen about this long behind response.done in recordings.
constexpr Ms kRateLimitsDelay{40};
constexpr std::int64_t kTokenLimit = 400000;

}  // namespace

ResponseRun::ResponseRun(Wire& wire, State& state, Reply reply, ResponseFrame frame,
                         json::object body)
    : wire_(wire),
      state_(state),
      reply_(std::move(reply)),
      frame_(std::move(frame)),
      body_(std::move(body)),
      steps_(compose(reply_, frame_)) {
  if (wire_.script().has_rate_limits) add_rate_limits();
  if (!reply_.faults.empty()) wire_.note("injected_faults", id());
  apply_faults(reply_, frame_, steps_);
}

void ResponseRun::add_rate_limits() {
  json::object limits{{"name", "tokens"},
                      {"limit", kTokenLimit},
                      {"remaining", kTokenLimit - 1000},
                      {"reset_seconds", 0.15}};
  steps_.push_back({.delay = kRateLimitsDelay,
                    .event = {{"type", "rate_limits.updated"},
                              {"rate_limits", json::array{std::move(limits)}}}});
}

void ResponseRun::start() {
  is_started_ = true;
  wire_.send({{"type", "response.created"}, {"response", body_}});
}

std::optional<Ms> ResponseRun::advance() {
  while (next_ < steps_.size() && !is_silent_ && !wire_.is_ending()) {
    auto& step = steps_[next_];
    if (step.delay.count() > 0 && !has_waited_) {
      has_waited_ = true;
      return step.delay;
    }
    has_waited_ = false;
    ++next_;
    perform(step);
  }
  return {};
}

void ResponseRun::perform(Step& step) {
  switch (step.kind) {
    case Step::Kind::event:
      return send(std::move(step.event));
    case Step::Kind::finish:
      return finish();
    case Step::Kind::silence:
      is_silent_ = true;
      return;
    case Step::Kind::disconnect:
      return wire_.end(step.disconnect);
    case Step::Kind::error:
      return wire_.send_error(std::move(step.event));
  }
}

void ResponseRun::send(json::object event) {
  observe(event);
  if (frame_.is_binary && text_at(event, "type") == "response.output_audio.delta") {
    std::vector<std::uint8_t> sound;
    const auto decoded = decode_base64(text_at(event, "delta"), sound);
    if (decoded) wire_.send_binary({reinterpret_cast<const char*>(sound.data()), sound.size()});
    return;
  }
  wire_.send(std::move(event));
}

ResponseRun::Sent* ResponseRun::find_sent(const json::object& event) {
  const auto* item = find_object(event, "item");
  const auto id = item ? text_at(*item, "id") : text_at(event, "item_id");
  for (auto& sent : sent_) {
    if (text_at(sent.so_far.item, "id") == id) return &sent;
  }
  return nullptr;
}

void ResponseRun::observe(json::object& event) {
  const auto type = text_at(event, "type");
  if (event.contains("item")) return observe_item(type, event);
  auto* sent = find_sent(event);
  if (!sent || sent->is_ended) return;
  if (type == "response.output_audio.delta") {
    state_.has_spoken = true;
    played_ += kSoundPiece;
    wire_.world().stats.count("audio_ms_out", static_cast<std::uint64_t>(kSoundPiece.count()));
    const auto id = text_at(sent->so_far.item, "id");
    if (auto* item = state_.conversation.find(id)) item->spoken += kSoundPiece;
  } else if (type == "response.function_call_arguments.delta") {
    sent->so_far.arguments += text_at(event, "delta");
  } else if (type.ends_with(".delta") &&
             (!sent->so_far.is_audio || type.find("transcript") != std::string_view::npos)) {
    sent->so_far.text += text_at(event, "delta");
    ++written_;
  }
}

void ResponseRun::observe_item(std::string_view type, json::object& event) {
  const auto& body = event.at("item").get_object();
  const std::string id(text_at(body, "id"));
  auto* sent = find_sent(event);
  if (type == "response.output_item.added" && !sent) {
    ItemSoFar item{.output_index = sent_.size(), .item = body};
    item.is_audio = frame_.is_audio && text_at(body, "type") == "message";
    sent_.push_back({.so_far = std::move(item)});
  } else if (type == "response.output_item.done" && sent && !sent->is_ended) {
    sent->is_ended = true;
    sent->ended = frame_.dialect->listed_item(sent->so_far, body);
    record_call(body);
    if (frame_.dialect->has_item_done()) return;
    if (auto* item = state_.conversation.find(id)) item->body = sent->ended;
  } else if (type == "conversation.item.added") {
    if (!state_.conversation.find(id)) state_.conversation.insert({.id = id, .body = body});
    const auto previous = state_.conversation.previous_of(id);
    if (!previous.empty() && event.contains("previous_item_id")) {
      event["previous_item_id"] = previous;
    }
  } else if (type == "conversation.item.done") {
    if (auto* item = state_.conversation.find(id)) item->body = body;
  }
}

void ResponseRun::record_call(const json::object& item) {
  if (text_at(item, "type") != "function_call") return;
  const auto call_id = text_at(item, "call_id");
  const auto status = text_at(item, "status");
  wire_.world().stats.count("function_calls");
  wire_.world().stats.record_call(call_id, text_at(item, "name"), text_at(item, "arguments"),
                                  status);
  const auto [call, is_new] = state_.calls.try_emplace(std::string(call_id));
  if (!is_new) return;
  call->second.is_cut = status == "incomplete";
  if (!call->second.is_cut) state_.open_calls.emplace(call_id);
}

void ResponseRun::finish() {
  if (is_done_) {  // a duplicate of response.done
    wire_.send(done_);
    return;
  }
  bool is_cut = false;
  for (const auto& sent : sent_)
    is_cut |= sent.is_ended && text_at(sent.ended, "status") == "incomplete";
  if (!reply_.failure.empty()) {
    send_done("failed", json::object{{"type", "failed"}, {"error", reply_.failure}});
  } else if (is_cut || !reply_.incomplete.empty()) {
    const auto reason = reply_.incomplete.empty() ? "max_output_tokens" : reply_.incomplete;
    send_done("incomplete", json::object{{"type", "incomplete"}, {"reason", reason}});
  } else {
    send_done("completed", nullptr);
  }
}

void ResponseRun::send_done(std::string_view status, json::value details) {
  is_done_ = true;
  json::array output;
  for (const auto& sent : sent_) {
    if (sent.is_ended) output.push_back(sent.ended);
  }
  body_["status"] = status;
  body_["output"] = std::move(output);
  const Spent spent{.input_bytes = state_.conversation.text_bytes(),
                    .sound = played_,
                    .deltas = written_,
                    .items = sent_.size()};
  done_ = frame_.dialect->done_event(body_, std::move(details), spent);
  wire_.send(done_);
}

void ResponseRun::cancel(std::string_view reason) {
  if (!is_started_) start();
  for (auto& sent : sent_) {
    if (sent.is_ended) continue;
    const auto item = sent.so_far;
    for (auto& event : frame_.dialect->end_item(item, frame_, "incomplete")) {
      send(std::move(event));
    }
  }
  steps_.clear();
  next_ = 0;
  is_silent_ = false;
  has_waited_ = false;
  if (wire_.script().has_rate_limits) add_rate_limits();
  send_done("cancelled", json::object{{"type", "cancelled"}, {"reason", reason}});
}

void ResponseRun::abandon() {
  if (!is_started_) start();
  steps_.clear();
  next_ = 0;
  is_done_ = true;
}

}  // namespace callosum::sim
