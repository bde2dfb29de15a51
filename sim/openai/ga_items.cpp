#include "base/json.hpp"
#include "sim/openai/ga_dialect.hpp"

namespace callosum::sim::openai {
namespace {

constexpr std::size_t kPieceOfArguments = 5;

using Events = std::vector<json::object>;

json::object ids(std::string_view type, const ItemSoFar& item, const ResponseFrame& frame) {
  return {{"type", type},
          {"response_id", frame.response_id},
          {"item_id", item.item.at("id")},
          {"output_index", item.output_index}};
}

json::object content_ids(std::string_view type, const ItemSoFar& item, const ResponseFrame& frame) {
  auto out = ids(type, item, frame);
  out["content_index"] = 0;
  return out;
}

json::object call_ids(std::string_view type, const ItemSoFar& item, const ResponseFrame& frame) {
  auto out = ids(type, item, frame);
  out["call_id"] = item.item.at("call_id");
  return out;
}

/// Padding of random length hides token lengths from whoever watches the line.
std::string padding(const ResponseFrame& frame) {
  const auto id = frame.make_id("");
  return id.substr(0, 4 + static_cast<unsigned char>(id.front()) % 10);
}

void add_item(const ItemSoFar& item, const ResponseFrame& frame, Events& out) {
  out.push_back({{"type", "response.output_item.added"},
                 {"response_id", frame.response_id},
                 {"output_index", item.output_index},
                 {"item", item.item}});
  if (!frame.is_in_conversation) return;
  out.push_back(
      {{"type", "conversation.item.added"}, {"previous_item_id", nullptr}, {"item", item.item}});
}

void add_text_deltas(ItemSoFar& item, const std::string& text, const ResponseFrame& frame,
                     Events& out) {
  const char* type = "response.output_text.delta";
  for (auto& word : words_of(text)) {
    auto event = content_ids(type, item, frame);
    event["delta"] = word;
    event["obfuscation"] = padding(frame);
    out.push_back(std::move(event));
    item.text += word;
  }
}

/// The transcript runs ahead of the sound.
void add_audio_deltas(ItemSoFar& item, const std::string& text, const ResponseFrame& frame,
                      Events& out) {
  const auto words = words_of(text);
  const auto pieces = static_cast<std::size_t>(spoken_length(text, frame.speed) / kSoundPiece);
  const auto words_a_piece = (words.size() + pieces - 1) / pieces;
  std::size_t word = 0;
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    for (std::size_t i = 0; i < words_a_piece && word < words.size(); ++i, ++word) {
      auto event = content_ids("response.output_audio_transcript.delta", item, frame);
      event["delta"] = words[word];
      event["obfuscation"] = padding(frame);
      out.push_back(std::move(event));
      item.text += words[word];
    }
    auto sound = content_ids("response.output_audio.delta", item, frame);
    sound["delta"] = tone_piece_base64(frame.format);
    out.push_back(std::move(sound));
  }
}

void end_call(const ItemSoFar& item, const ResponseFrame& frame, json::object& body, Events& out) {
  body["arguments"] = item.arguments;
  auto done = call_ids("response.function_call_arguments.done", item, frame);
  done["name"] = body.at("name");
  done["arguments"] = item.arguments;
  out.push_back(std::move(done));
}

void end_message(const ItemSoFar& item, const ResponseFrame& frame, json::object& body,
                 Events& out) {
  json::object part;
  if (item.is_audio) {
    out.push_back(content_ids("response.output_audio.done", item, frame));
    auto words = content_ids("response.output_audio_transcript.done", item, frame);
    words["transcript"] = item.text;
    out.push_back(std::move(words));
    part = {{"type", "audio"}, {"transcript", item.text}};
    body["content"] = json::array{{{"type", "output_audio"}, {"transcript", item.text}}};
  } else {
    auto words = content_ids("response.output_text.done", item, frame);
    words["text"] = item.text;
    out.push_back(std::move(words));
    part = {{"type", "text"}, {"text", item.text}};
    body["content"] = json::array{{{"type", "output_text"}, {"text", item.text}}};
  }
  auto closed = content_ids("response.content_part.done", item, frame);
  closed["part"] = std::move(part);
  out.push_back(std::move(closed));
}

Events spell_end(const ItemSoFar& item, const ResponseFrame& frame, std::string_view status) {
  Events out;
  auto body = item.item;
  body["status"] = status;
  if (text_at(body, "type") == "function_call") {
    end_call(item, frame, body, out);
  } else {
    end_message(item, frame, body, out);
  }
  if (frame.is_in_conversation) {
    out.push_back(
        {{"type", "conversation.item.done"}, {"previous_item_id", nullptr}, {"item", body}});
  }
  out.push_back({{"type", "response.output_item.done"},
                 {"response_id", frame.response_id},
                 {"output_index", item.output_index},
                 {"item", std::move(body)}});
  return out;
}

}  // namespace

std::vector<json::object> GaDialect::message_events(const ReplyPart& part, std::size_t index,
                                                    const ResponseFrame& frame) const {
  Events out;
  ItemSoFar item{.output_index = index, .is_audio = frame.is_audio};
  item.item = {{"id", frame.make_id("item_")},
               {"type", "message"},
               {"status", "in_progress"},
               {"role", "assistant"},
               {"content", json::array()}};
  if (!part.phase.empty()) item.item["phase"] = part.phase;
  add_item(item, frame, out);
  auto opened = content_ids("response.content_part.added", item, frame);
  opened["part"] = frame.is_audio ? json::object{{"type", "audio"}, {"transcript", ""}}
                                  : json::object{{"type", "text"}, {"text", ""}};
  out.push_back(std::move(opened));
  if (frame.is_audio) {
    add_audio_deltas(item, part.text, frame, out);
  } else {
    add_text_deltas(item, part.text, frame, out);
  }
  for (auto& event : spell_end(item, frame, "completed")) out.push_back(std::move(event));
  return out;
}

std::vector<json::object> GaDialect::call_events(const CallPlan& call, std::size_t index,
                                                 const ResponseFrame& frame) const {
  Events out;
  ItemSoFar item{.output_index = index};
  item.item = {{"id", frame.make_id("item_")},
               {"type", "function_call"},
               {"status", "in_progress"},
               {"name", call.name},
               {"call_id", call.call_id.empty() ? frame.make_id("call_") : call.call_id},
               {"arguments", call.announced}};
  add_item(item, frame, out);
  const auto arguments = sent_arguments(call);
  for (auto& piece : pieces_of(call, arguments, kPieceOfArguments)) {
    auto event = call_ids("response.function_call_arguments.delta", item, frame);
    event["delta"] = piece;
    event["obfuscation"] = padding(frame);
    out.push_back(std::move(event));
  }
  item.arguments = arguments;
  if (call.is_unfinished) return out;
  for (auto& event : spell_end(item, frame, call.is_cut ? "incomplete" : "completed")) {
    out.push_back(std::move(event));
  }
  return out;
}

std::vector<json::object> GaDialect::end_item(const ItemSoFar& item, const ResponseFrame& frame,
                                              std::string_view status) const {
  return spell_end(item, frame, status);
}

}  // namespace callosum::sim::openai
