#include "base/json.hpp"
#include "sim/xai/xai_dialect.hpp"
#include "sim/xai/xai_script.hpp"

namespace callosum::sim::xai {
namespace {

using Events = std::vector<json::object>;

json::object content_event(std::string_view type, const ItemSoFar& item,
                           const ResponseFrame& frame) {
  return {{"type", type},
          {"item_id", item.item.at("id")},
          {"response_id", frame.response_id},
          {"content_index", 0},
          {"output_index", 0}};
}

json::object item_event(std::string_view type, json::object item, const ResponseFrame& frame) {
  return {{"type", type},
          {"item", std::move(item)},
          {"response_id", frame.response_id},
          {"output_index", 0}};
}

/// `item` with `value` before its last member, `replayed`, as the wire orders them.
json::object with_member(json::object item, std::string_view key, json::value value) {
  item.erase("replayed");
  item[key] = std::move(value);
  item["replayed"] = false;
  return item;
}

/// What is said may come as text too, under either name or both.
void add_text(std::string_view what, std::string_view key, const std::string& text,
              const ItemSoFar& item, const ResponseFrame& frame, Events& out) {
  const auto& script = as_xai(*frame.script);
  const auto add = [&](std::string_view family) {
    auto event = content_event(std::string(family) + std::string(what), item, frame);
    event[key] = text;
    out.push_back(std::move(event));
  };
  if (script.has_ga_text) add("response.output_text.");
  if (script.has_beta_text) add("response.text.");
}

/// The sound of some words, and the transcript of them, which shares its id with the sound as
/// `rid` and comes behind its first piece.
class Speech {
 public:
  Speech(ItemSoFar& item, const ResponseFrame& frame, Events& out)
      : item_(item), frame_(frame), out_(out) {}

  void add_piece(const std::string& words) {
    if (!words.empty()) rid_ = frame_.make_id("event_");
    auto sound = content_event("response.output_audio.delta", item_, frame_);
    sound["delta"] = tone_piece_base64(frame_.format);
    sound["rid"] = rid_;
    if (at_.count() == 0) sound["latency"] = "0.62";
    sound["audio_duration_ms"] = kSoundPiece.count();
    out_.push_back(std::move(sound));
    if (!words.empty()) add_words(words);
    at_ += kSoundPiece;
  }

 private:
  void add_words(const std::string& words) {
    auto transcript = content_event("response.output_audio_transcript.delta", item_, frame_);
    transcript["event_id"] = rid_;
    transcript["delta"] = words;
    transcript["rid"] = rid_;
    transcript["start_time"] = static_cast<double>(at_.count()) / 1000;
    out_.push_back(std::move(transcript));
    add_text("delta", "delta", words, item_, frame_, out_);
    item_.text += words;
  }

  ItemSoFar& item_;
  const ResponseFrame& frame_;
  Events& out_;
  std::string rid_;
  Ms at_{0};
};

void speak(ItemSoFar& item, const std::string& text, const ResponseFrame& frame, Events& out) {
  const auto words = words_of(text);
  const auto pieces = static_cast<std::size_t>(spoken_length(text, frame.speed) / kSoundPiece);
  const auto words_a_piece = (words.size() + pieces - 1) / pieces;
  Speech speech(item, frame, out);
  std::size_t word = 0;
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    std::string together;
    for (std::size_t i = 0; i < words_a_piece && word < words.size(); ++i) {
      together += words[word++];
    }
    speech.add_piece(together);
  }
}

void end_call(const ItemSoFar& item, const ResponseFrame& frame, json::object& body, Events& out) {
  body["arguments"] = item.arguments;
  out.push_back({{"type", "response.function_call_arguments.done"},
                 {"item_id", body.at("id")},
                 {"response_id", frame.response_id},
                 {"output_index", 0},
                 {"call_id", body.at("call_id")},
                 {"name", body.at("name")},
                 {"arguments", item.arguments}});
}

/// `content_part.done` has no part, and stands before the end of the sound.
void end_message(const ItemSoFar& item, const ResponseFrame& frame, Events& out) {
  auto words = content_event("response.output_audio_transcript.done", item, frame);
  words["transcript"] = item.text;
  out.push_back(std::move(words));
  add_text("done", "text", item.text, item, frame, out);
  out.push_back(content_event("response.content_part.done", item, frame));
  out.push_back(content_event("response.output_audio.done", item, frame));
}

Events spell_end(const ItemSoFar& item, const ResponseFrame& frame, std::string_view status) {
  Events out;
  auto body = item.item;
  body["status"] = status;
  if (text_at(body, "type") == "function_call") {
    end_call(item, frame, body, out);
  } else {
    end_message(item, frame, out);
  }
  out.push_back(item_event("response.output_item.done", std::move(body), frame));
  return out;
}

void append(Events more, Events& out) {
  for (auto& event : more) out.push_back(std::move(event));
}

}  // namespace

std::vector<json::object> XaiDialect::message_events(const ReplyPart& part, std::size_t,
                                                     const ResponseFrame& frame) const {
  Events out;
  ItemSoFar item{.is_audio = true};
  item.item = {{"id", frame.make_id("item_")}, {"object", "realtime.item"}, {"type", "message"},
               {"status", "in_progress"},      {"role", "assistant"},       {"replayed", false}};
  out.push_back(item_event("response.output_item.added", item.item, frame));
  out.push_back({{"type", "conversation.item.added"},
                 {"item", with_member(item.item, "content", json::array())},
                 {"previous_item_id", nullptr}});
  auto opened = content_event("response.content_part.added", item, frame);
  opened["previous_item_id"] = "0";
  opened["part"] = {{"type", "audio"}, {"transcript", ""}};
  out.push_back(std::move(opened));
  speak(item, part.text, frame, out);
  append(spell_end(item, frame, "completed"), out);
  return out;
}

std::vector<json::object> XaiDialect::call_events(const CallPlan& call, std::size_t,
                                                  const ResponseFrame& frame) const {
  Events out;
  ItemSoFar item;
  const auto fresh = "call-" + frame.make_id("call_") + "-0";
  item.item = {{"id", frame.make_id("item_")},
               {"object", "realtime.item"},
               {"type", "function_call"},
               {"status", "in_progress"},
               {"role", "user"},
               {"call_id", call.call_id.empty() ? fresh : call.call_id},
               {"name", call.name},
               {"arguments", call.announced},
               {"replayed", false}};
  out.push_back(item_event("response.output_item.added", item.item, frame));
  auto in_conversation = item.item;
  in_conversation["role"] = "tool";
  out.push_back({{"type", "conversation.item.added"}, {"item", std::move(in_conversation)}});
  const auto arguments = sent_arguments(call);
  for (auto& piece : pieces_of(call, arguments, 0)) {
    out.push_back({{"type", "response.function_call_arguments.delta"},
                   {"item_id", item.item.at("id")},
                   {"response_id", frame.response_id},
                   {"delta", piece},
                   {"call_id", item.item.at("call_id")}});
  }
  item.arguments = arguments;
  if (!call.is_unfinished) {
    append(spell_end(item, frame, call.is_cut ? "incomplete" : "completed"), out);
  }
  return out;
}

std::vector<json::object> XaiDialect::end_item(const ItemSoFar& item, const ResponseFrame& frame,
                                               std::string_view status) const {
  return spell_end(item, frame, status);
}

json::object XaiDialect::listed_item(const ItemSoFar& item, const json::object& ended) const {
  if (text_at(ended, "type") != "message") return ended;
  json::object part{{"type", "audio"}, {"transcript", item.text}};
  return with_member(ended, "content", json::array{std::move(part)});
}

}  // namespace callosum::sim::xai
