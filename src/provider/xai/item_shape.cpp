#include "provider/xai/item_shape.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"

namespace callosum::provider::xai {
namespace {

/// "audio" is what xAI calls both what was heard and what was said; "text" likewise.
std::string_view part_type(std::string_view type, std::string_view role) {
  const bool is_said = role == "assistant";
  if (type == "audio") return is_said ? "output_audio" : "input_audio";
  if (type == "text") return is_said ? "output_text" : "input_text";
  return type;
}

json::array mend_content(const json::array& content, std::string_view role) {
  json::array out;
  for (const auto& entry : content) {
    const auto* part = entry.if_object();
    if (!part) continue;
    json::object mended = *part;
    mended["type"] = part_type(text_at(*part, "type"), role);
    out.push_back(std::move(mended));
  }
  return out;
}

const json::object* find_counts(const json::object& holder) {
  const auto* usage = find_object(holder, "usage");
  return usage && !usage->empty() ? usage : nullptr;
}

void need_count(json::object& counts, std::string_view key) {
  const auto* value = counts.if_contains(key);
  if (!value || !value->is_number()) counts[key] = 0;
}

void need_details(json::object& usage, std::string_view key) {
  auto& details = usage[key];
  if (!details.is_object()) details.emplace_object();
  need_count(details.get_object(), "text_tokens");
  need_count(details.get_object(), "audio_tokens");
}

}  // namespace

void mend_item(json::object& item) {
  item.erase("replayed");
  if (text_at(item, "type") != "message") {
    item.erase("role");
    return;
  }
  const std::string role(text_at(item, "role", "assistant"));
  item["role"] = role;
  const auto* content = find_array(item, "content");
  auto mended = content ? mend_content(*content, role) : json::array();
  item["content"] = std::move(mended);
}

json::array spoken_content(std::string_view words, bool is_text) {
  json::array content;
  content.push_back(is_text ? json::object{{"type", "output_text"}, {"text", words}}
                            : json::object{{"type", "output_audio"}, {"transcript", words}});
  return content;
}

json::object spoken_part(std::string_view words, bool is_text) {
  if (is_text) return {{"type", "text"}, {"text", words}};
  return {{"type", "audio"}, {"transcript", words}};
}

std::string_view mend_status(std::string_view told) {
  constexpr std::array<std::string_view, 4> kKnown{"completed", "cancelled", "failed",
                                                   "incomplete"};
  if (told == "canceled") return "cancelled";
  const auto at = std::find(kKnown.begin(), kKnown.end(), told);
  return at == kKnown.end() ? "failed" : *at;
}

json::value mend_usage(const json::object& event, const json::object& response) {
  const auto* counts = find_counts(response);
  if (!counts) counts = find_counts(event);
  if (!counts) return nullptr;
  json::object usage = *counts;
  for (const auto* key : {"total_tokens", "input_tokens", "output_tokens"}) need_count(usage, key);
  need_details(usage, "input_token_details");
  need_details(usage, "output_token_details");
  return usage;
}

json::object mend_error(const json::object& event) {
  const auto* nested = find_object(event, "error");
  const auto& source = nested ? *nested : event;
  const auto or_null = [&](std::string_view key) -> json::value {
    const auto text = text_at(source, key);
    return text.empty() ? json::value(nullptr) : json::value(text);
  };
  // The type of a flat one is the event's own. Its event_id is the event's own too, and names no
  // event of ours.
  const auto type = nested ? text_at(source, "type") : std::string_view();
  const auto message =
      nested || !find_string(event, "error") ? text_at(source, "message") : text_at(event, "error");
  return {{"type", type.empty() ? "invalid_request_error" : type},
          {"code", or_null("code")},
          {"message", message.empty() ? "the voice model reports an error" : message},
          {"param", or_null("param")},
          {"event_id", nested ? or_null("event_id") : json::value(nullptr)}};
}

}  // namespace callosum::provider::xai
