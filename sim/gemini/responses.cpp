#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "sim/gemini/speaker.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::array<std::string_view, 3> kSchedulings{"SILENT", "WHEN_IDLE", "INTERRUPT"};

std::size_t urgency_of(std::string_view scheduling) {
  for (std::size_t i = 0; i < kSchedulings.size(); ++i) {
    if (kSchedulings[i] == scheduling) return i;
  }
  return kSchedulings.size();
}

/// What the function gave back: `output` where it is there, else the whole object.
std::string text_of_response(json::object response) {
  response.erase("scheduling");
  const auto* output = response.if_contains("output");
  if (!output) return json::serialize(response);
  return output->is_string() ? std::string(output->get_string()) : json::serialize(*output);
}

bool is_true(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

Complaint refusal(std::string detail) {
  return {.counter = "bad_responses", .detail = std::move(detail)};
}

}  // namespace

struct Speaker::Response {
  std::string id;
  Call* call = nullptr;
  const json::object* body = nullptr;
  std::string scheduling = "WHEN_IDLE";
  bool will_continue = false;
};

void Speaker::take_responses(const json::array& responses) {
  std::vector<Response> accepted;
  for (const auto& value : responses) {
    Response response;
    if (accept(value.get_object(), response)) accepted.push_back(std::move(response));
    if (wire_.is_ending()) return;
  }
  std::vector<Entry> blocking;
  std::vector<Entry> others;
  std::size_t urgency = 0;
  for (const auto& response : accepted) {
    auto& into = response.call->is_blocking ? blocking : others;
    into.push_back(record(response));
    if (response.call->is_blocking) continue;
    urgency = std::max(urgency, urgency_of(response.scheduling));
  }
  if (!others.empty()) take_when_fit(std::move(others), kSchedulings[urgency]);
  if (!blocking.empty()) take_now(std::move(blocking));
}

bool Speaker::accept(const json::object& fields, Response& response) {
  wire_.world().stats.count("tool_responses");
  response.body = find_object(fields, "response");
  if (!response.body) {
    wire_.refuse(refusal("function_responses.response: an object is required"));
    return false;
  }
  if (!find_call(fields, response)) return false;
  wire_.world().stats.record_response(response.id, *response.body);
  if (response.call->status == CallStatus::cancelled) {
    wire_.note("responses_for_cancelled", response.id);
    return false;
  }
  if (response.call->status == CallStatus::answered) {
    wire_.violate("duplicate_responses", response.id);
    return false;
  }
  response.will_continue = is_true(fields, "willContinue") && !response.call->is_blocking;
  const auto inside = text_at(*response.body, "scheduling");
  if (urgency_of(inside) < kSchedulings.size()) {
    wire_.note("scheduling_inside", inside);
    response.scheduling = inside;
  }
  response.scheduling = text_at(fields, "scheduling", response.scheduling);
  return true;
}

bool Speaker::find_call(const json::object& fields, Response& response) {
  response.id = text_at(fields, "id");
  const auto name = text_at(fields, "name");
  if (!wire_.script().has_call_ids) {
    // Whoever was given no id may have made one up: the name must do.
    if (auto* entry = state_.calls.find_by_name(name)) {
      response.id = entry->first;
      response.call = &entry->second;
    }
  } else if (response.id.empty()) {
    wire_.refuse(refusal("function_responses.id: none"));
    return false;
  } else {
    response.call = state_.calls.find(response.id);
  }
  if (!response.call) {
    wire_.world().stats.record_response(response.id, *response.body);
    if (wire_.script().accepts_unknown_responses) {
      wire_.violate("unknown_responses", response.id);
    } else {
      wire_.refuse({.counter = "unknown_responses", .detail = response.id});
    }
    return false;
  }
  if (response.call->name == name) return true;
  wire_.refuse(refusal("function_responses.name: '" + std::string(name) +
                       "' is not the function called as " + response.id));
  return false;
}

Entry Speaker::record(const Response& response) {
  const bool is_busy = active_ && !active_->is_waiting();
  if (is_busy) wire_.note("responses_while_busy", response.id);
  if (!response.will_continue) response.call->status = CallStatus::answered;
  return {Who::response, text_of_response(*response.body), response.id, response.call->name};
}

void Speaker::add(std::vector<Entry> entries) {
  for (auto& entry : entries) state_.history().add(std::move(entry));
}

/// The turn that made these calls goes on when all of them are answered.
void Speaker::take_now(std::vector<Entry> blocking) {
  add(std::move(blocking));
  if (active_ && active_->is_waiting() && !state_.calls.has_open(true)) go_on_behind_calls();
}

/// The model speaks about these now, behind what it is saying, or not at all.
void Speaker::take_when_fit(std::vector<Entry> entries, std::string_view urgency) {
  const bool may_talk_over =
      urgency == "INTERRUPT" && !(state_.is_user_speaking && state_.model.waits_for_silence);
  if (may_talk_over && active_ && !active_->is_waiting()) interrupt(false);
  if (active_ || (state_.is_user_speaking && !may_talk_over)) {
    for (auto& entry : entries) held_.push_back(std::move(entry));
    has_more_to_say_ |= urgency != "SILENT";
    return;
  }
  add(std::move(entries));
  if (urgency == "SILENT") return tell_resumable();
  begin();
}

void Speaker::go_on_behind_calls() {
  const auto generation = active_;
  const auto& entries = state_.history().entries();
  const bool has_answers = !entries.empty() && entries.back().who == Who::response;
  if (generation->has_plan_behind_calls() || !has_answers) {
    generation->go_on();
  } else {
    ++count_;
    generation->go_on_with(make_reply());
  }
  run(generation);
}

}  // namespace callosum::sim::gemini
