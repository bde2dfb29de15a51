#include "provider/gemini/usage.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>

#include "base/json.hpp"

namespace callosum::provider::gemini {
namespace {

/// Beyond all reason; several of them can still be added.
constexpr std::int64_t kMostTokens = std::int64_t{1} << 50;

/// A count, as a number or as digits; 0: none.
std::int64_t whole(const json::value* value) {
  if (!value) return 0;
  if (value->is_int64()) return std::clamp<std::int64_t>(value->get_int64(), 0, kMostTokens);
  const auto* text = value->if_string();
  std::int64_t number = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return std::clamp<std::int64_t>(number, 0, kMostTokens);
}

std::int64_t count(const json::object& metadata, std::string_view key) {
  return whole(metadata.if_contains(key));
}

struct ByKind {
  std::int64_t text = 0, audio = 0;
};
ByKind details(const json::object& metadata, std::string_view key) {
  ByKind out;
  const auto* list = find_array(metadata, key);
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    const auto* one = (*list)[i].if_object();
    if (!one) continue;
    const auto modality = text_at(*one, "modality");
    if (modality == "TEXT") out.text += count(*one, "tokenCount");
    if (modality == "AUDIO") out.audio += count(*one, "tokenCount");
  }
  return out;
}

}  // namespace

json::value encode_usage(const json::object& metadata) {
  if (metadata.empty()) return nullptr;
  const auto input =
      count(metadata, "promptTokenCount") + count(metadata, "toolUsePromptTokenCount");
  // One product names them otherwise.
  const auto said =
      std::max(count(metadata, "responseTokenCount"), count(metadata, "candidatesTokenCount"));
  const auto thought = count(metadata, "thoughtsTokenCount");
  const auto heard = details(metadata, "promptTokensDetails");
  const bool is_cloud = metadata.contains("candidatesTokensDetails");
  const auto spoken =
      details(metadata, is_cloud ? "candidatesTokensDetails" : "responseTokensDetails");
  const json::object in{{"text_tokens", heard.text},
                        {"audio_tokens", heard.audio},
                        {"cached_tokens", count(metadata, "cachedContentTokenCount")}};
  const json::object out{{"text_tokens", spoken.text + thought}, {"audio_tokens", spoken.audio}};
  const auto total = count(metadata, "totalTokenCount");
  return json::object{{"total_tokens", total > 0 ? total : input + said + thought},
                      {"input_tokens", input},
                      {"output_tokens", said + thought},
                      {"input_token_details", in},
                      {"output_token_details", out}};
}

}  // namespace callosum::provider::gemini
