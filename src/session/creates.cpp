#include "session/creates.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::session {
namespace {

constexpr std::size_t kMaxWishBytes = 64 * 1024;
constexpr std::size_t kMaxOutside = 64;

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

json::object make_wish(const json::object& response) {
  json::object wish = response;
  // A follow-up is of the conversation, where the call and its output are: with an input of its own
  // it would see neither. Metadata is handed on by the one who knows whether it has been shown.
  for (const auto* key : {"input", "metadata"}) wish.erase(key);
  if (auto* choice = wish.if_contains("tool_choice")) {
    const bool is_forced = choice->is_object() || (choice->is_string() && *choice == "required");
    if (is_forced) *choice = "auto";
  }
  if (wish.empty() || json::serialize(wish).size() <= kMaxWishBytes) return wish;
  return {};
}

void Creates::on_created() {
  begun_ = {};
  auto created = take_on_its_way();
  if (!created.event_id.empty() && !created.is_callers) return;  // a follow-up of what there was
  wish_ = created.wish;
  tools_ = created.tools;
  begun_ = std::move(created);
}

json::object Creates::follow_up(json::object metadata, bool session_forces_calls) {
  json::object response = wish_;
  if (!metadata.empty()) response["metadata"] = std::move(metadata);
  if (session_forces_calls && !response.contains("tool_choice")) response["tool_choice"] = "auto";
  // It would only ask again for what this turn cannot have.
  if (answers_ > 0 && answers_ == over_budget_) response["tool_choice"] = "none";
  answers_ = over_budget_ = 0;
  return response;
}

void Creates::on_answer(bool is_over_budget) {
  ++answers_;
  if (is_over_budget) ++over_budget_;
}

void Creates::send_out_of_band(Create create) {
  if (unanswered_.size() >= kMaxOutside) unanswered_.pop_front();
  unanswered_.push_back(std::move(create));
}

std::string_view Creates::on_created_out_of_band(std::string_view response_id) {
  outside_.insert(response_id);
  if (open_.size() >= kMaxOutside) open_.pop_front();
  open_.push_back({std::string(response_id), {}, {}});
  if (unanswered_.empty()) return {};
  // They are answered in order; what was refused is no longer among them.
  auto create = take_oldest_out_of_band();
  auto& opened = open_.back();
  opened.tools = std::move(create.tools);
  opened.event_id = std::move(create.event_id);
  return opened.event_id;
}

std::string Creates::on_done_out_of_band(std::string_view response_id) {
  const auto at = std::find_if(open_.begin(), open_.end(), [&](const Outside& each) {
    return each.response_id == response_id;
  });
  if (at == open_.end()) {  // its beginning was lost: they are answered in order
    return unanswered_.empty() ? std::string() : take_oldest_out_of_band().event_id;
  }
  auto event_id = std::move(at->event_id);
  open_.erase(at);
  return event_id;
}

Create Creates::take_oldest_out_of_band() {
  auto create = std::move(unanswered_.front());
  unanswered_.pop_front();
  return create;
}

std::vector<std::string> Creates::take_open_out_of_band() {
  std::vector<std::string> ids;
  for (auto& each : open_) ids.push_back(std::move(each.response_id));
  open_.clear();
  return ids;
}

std::optional<Create> Creates::take_out_of_band(std::string_view event_id) {
  const auto at = std::find_if(unanswered_.begin(), unanswered_.end(),
                               [&](const Create& each) { return each.event_id == event_id; });
  if (event_id.empty() || at == unanswered_.end()) return std::nullopt;
  auto found = std::move(*at);
  unanswered_.erase(at);
  return found;
}

bool Creates::is_callers_tool(std::string_view name, std::string_view response_id) const {
  if (!is_out_of_band(response_id)) return has(tools_, name);
  const auto at = std::find_if(open_.begin(), open_.end(), [&](const Outside& each) {
    return each.response_id == response_id;
  });
  return at != open_.end() && has(at->tools, name);
}

}  // namespace callosum::session
