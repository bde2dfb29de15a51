#include "provider/gemini/calls.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "registry/export/result.hpp"

namespace callosum::provider::gemini {

using realtime::OutputDelivery;

namespace {

void remember(Deque<std::string>& list, std::string_view id) {
  if (list.size() >= Calls::kMaxKnown) list.pop_front();
  list.emplace_back(id);
}

bool has(const Deque<std::string>& list, std::string_view id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

std::string_view word_of(OutputDelivery delivery) {
  switch (delivery) {
    case OutputDelivery::interrupt:
      return "INTERRUPT";
    case OutputDelivery::silent:
      return "SILENT";
    case OutputDelivery::when_idle:
      break;
  }
  return "WHEN_IDLE";
}

}  // namespace

bool Calls::open(const std::string& call_id, std::string_view wire_id, std::string_view name) {
  if (has(known_, call_id) || calls_.size() >= kMaxKept) return false;
  remember(known_, call_id);
  calls_.push_back({call_id, std::string(wire_id), std::string(name), {}, {}, false});
  return true;
}

Calls::Answered Calls::answer(std::string_view call_id, std::string_view output,
                              OutputDelivery delivery) {
  const auto at = std::find_if(calls_.begin(), calls_.end(),
                               [&](const Call& call) { return call.id == call_id; });
  if (at == calls_.end()) {
    if (has(withdrawn_, call_id)) return Answered::withdrawn;
    return has(known_, call_id) ? Answered::again : Answered::unknown;
  }
  if (at->is_answered) return Answered::again;
  at->is_answered = true;
  at->output = output;
  at->delivery = delivery;
  return Answered::kept;
}

std::vector<std::string> Calls::withdraw(const json::array& wire_ids) {
  std::vector<std::string> out;
  for (auto at = calls_.begin(); at != calls_.end();) {
    // One that was given no id cannot be named: whatever is taken back may be it.
    const bool is_meant = at->wire_id.empty() ||
                          std::any_of(wire_ids.begin(), wire_ids.end(), [&](const json::value& id) {
                            return id.is_string() && id.get_string() == at->wire_id;
                          });
    if (!is_meant) {
      ++at;
      continue;
    }
    remember(withdrawn_, at->id);
    out.push_back(std::move(at->id));
    at = calls_.erase(at);
  }
  return out;
}

bool Calls::knows(std::string_view call_id) const { return has(known_, call_id); }

bool Calls::has_open() const {
  return std::any_of(calls_.begin(), calls_.end(), [](const Call& c) { return !c.is_answered; });
}

bool Calls::has_too_many() const {
  const auto open = std::count_if(calls_.begin(), calls_.end(),
                                  [](const Call& call) { return !call.is_answered; });
  return open > static_cast<std::ptrdiff_t>(kMaxOpen);
}

bool Calls::has_answers() const {
  return std::any_of(calls_.begin(), calls_.end(), [](const Call& c) { return c.is_answered; });
}

bool Calls::has_delivery(OutputDelivery delivery) const {
  return std::any_of(calls_.begin(), calls_.end(), [&](const Call& call) {
    return call.is_answered && call.delivery == delivery;
  });
}

void Calls::silence() {
  for (auto& call : calls_) call.delivery = OutputDelivery::silent;
}

std::string Calls::take_answers(bool with_scheduling) {
  json::array responses;
  for (const auto& call : calls_) {
    if (!call.is_answered) continue;
    json::object response{{"name", call.name}, {"response", encode_output(call.output)}};
    if (!call.wire_id.empty()) response["id"] = call.wire_id;
    if (with_scheduling) response["scheduling"] = word_of(call.delivery);
    responses.push_back(std::move(response));
  }
  std::erase_if(calls_, [](const Call& call) { return call.is_answered; });
  const json::object answer{{"functionResponses", std::move(responses)}};
  return json::serialize(json::object{{"toolResponse", answer}});
}

void Calls::clear() {
  calls_.clear();
  known_.clear();
  withdrawn_.clear();
}

json::object encode_output(std::string_view output) {
  return registry::as_output_or_error(output).as_object();
}

}  // namespace callosum::provider::gemini
