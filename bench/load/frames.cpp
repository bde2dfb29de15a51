#include "load/frames.hpp"

#include <cstdio>
#include <cstring>

#include "wire/ws_bytes.hpp"

namespace callosum::bench {
namespace {

constexpr std::string_view kNumbered = "_CfQ000000000000";  // ids end in 12 digits
constexpr std::size_t kAudioLetters = 1280;                 // 960 bytes: 20 ms, 24 kHz, 16 bits
constexpr std::size_t kTimeLetters = 16;

constexpr std::string_view kUsage =
    R"({"total_tokens":412,"input_tokens":380,"output_tokens":32,"input_token_details":)"
    R"({"text_tokens":298,"audio_tokens":82,"image_tokens":0,"cached_tokens":320,)"
    R"("cached_tokens_details":{"text_tokens":256,"audio_tokens":64,"image_tokens":0}},)"
    R"("output_token_details":{"text_tokens":32,"audio_tokens":0}})";

std::string response(std::string_view type, std::string_view status, std::string_view output,
                     std::string_view usage) {
  std::string out = R"({"type":")";
  out.append(type).append(R"(","event_id":"event_CfQ000000000000","response":)");
  out.append(R"({"object":"realtime.response","id":"resp_CfQ000000000000","status":")");
  out.append(status).append(R"(","status_details":null,"output":)").append(output);
  out.append(R"(,"conversation_id":"conv_CfQx1Zk0aWqzR3nB5vT7y",)");
  out.append(R"("output_modalities":["audio"],"max_output_tokens":"inf","audio":{"output":)");
  out.append(R"({"format":{"type":"audio/pcm","rate":24000},"voice":"marin"}},"usage":)");
  out.append(usage).append(R"(,"metadata":null}})");
  return out;
}

void write_time(char* to, Nanos time, const char* mask, std::size_t mask_at) {
  char letters[kTimeLetters + 1];
  std::snprintf(letters, sizeof letters, "%016llx", static_cast<unsigned long long>(time));
  for (std::size_t i = 0; i < kTimeLetters; ++i) {
    to[i] = mask ? static_cast<char>(letters[i] ^ mask[(mask_at + i) % 4]) : letters[i];
  }
}

}  // namespace

std::string session_created() {
  return R"({"type":"session.created","event_id":"event_CfQx0","session":{"type":"realtime",)"
         R"("object":"realtime.session","id":"sess_CfQx1Zk0aWqzR3nB5vT7y","model":"gpt-realtime",)"
         R"("output_modalities":["audio"],"instructions":"Your knowledge cutoff is 2023-10. You )"
         R"(are a helpful, witty, and friendly AI. Act like a human, but remember that you are )"
         R"(not a human. Talk quickly.","tools":[],"tool_choice":"auto","max_output_tokens":)"
         R"("inf","tracing":null,"truncation":"auto","prompt":null,"expires_at":4102444800,)"
         R"("audio":{"input":{"format":{"type":"audio/pcm","rate":24000},"transcription":null,)"
         R"("noise_reduction":null,"turn_detection":{"type":"server_vad","threshold":0.5,)"
         R"("prefix_padding_ms":300,"silence_duration_ms":200,"idle_timeout_ms":null,)"
         R"("create_response":true,"interrupt_response":true}},"output":{"format":{"type":)"
         R"("audio/pcm","rate":24000},"voice":"marin","speed":1.0}},"include":null}})";
}

std::string session_updated(std::string_view session) {
  return std::string(R"({"type":"session.updated","event_id":"event_CfQx1","session":)")
      .append(session)
      .append("}");
}

std::string_view session_of(std::string_view update) {
  const auto key = update.find(R"("session":)");
  const auto start = key == std::string_view::npos ? key : update.find('{', key);
  if (start == std::string_view::npos) return "{}";
  int depth = 0;
  bool is_text = false;
  for (auto at = start; at < update.size(); ++at) {
    const char c = update[at];
    if (c == '\\') {
      ++at;
    } else if (c == '"') {
      is_text = !is_text;
    } else if (!is_text && c == '{') {
      ++depth;
    } else if (!is_text && c == '}' && --depth == 0) {
      return update.substr(start, at - start + 1);
    }
  }
  return "{}";
}

bool is_type(std::string_view event, std::string_view type) {
  const auto key = event.substr(0, 160).find(R"("type":")");
  return key != std::string_view::npos && event.compare(key + 8, type.size(), type) == 0 &&
         event.size() > key + 8 + type.size() && event[key + 8 + type.size()] == '"';
}

Numbered::Numbered(std::string bytes) : bytes_(std::move(bytes)) {
  for (auto at = bytes_.find(kNumbered); at != std::string::npos;
       at = bytes_.find(kNumbered, at + 1)) {
    places_.push_back(at + 4);
  }
}

std::string_view Numbered::with(std::uint64_t number) {
  char digits[12];
  for (auto& digit : digits) digit = '0';
  for (std::size_t i = sizeof digits; i-- > 0 && number > 0; number /= 10) {
    digits[i] = static_cast<char>('0' + number % 10);
  }
  for (const auto place : places_) std::memcpy(bytes_.data() + place, digits, sizeof digits);
  return bytes_;
}

CallFrames::CallFrames(std::string_view tool) {
  std::string call, farewell;
  std::string item = R"({"id":"item_CfQ000000000000","type":"function_call","status":"completed",)";
  item.append(R"("name":")").append(tool).append(R"(","call_id":"call_CfQ000000000000",)");
  item.append(R"("arguments":"{\"note\":\"n_CfQ000000000000\"}"})");
  std::string item_done =
      R"({"type":"response.output_item.done","event_id":"event_CfQ000000000000",)"
      R"("response_id":"resp_CfQ000000000000","output_index":0,"item":)";
  item_done.append(item).append("}");

  append_frame(call, kText, response("response.created", "in_progress", "[]", "null"), false);
  append_frame(call, kText, item_done, false);
  append_frame(call, kText, response("response.done", "completed", "[" + item + "]", kUsage),
               false);

  append_frame(farewell, kText, response("response.created", "in_progress", "[]", "null"), false);
  append_frame(farewell, kText, response("response.done", "completed", "[]", kUsage), false);
  call_ = Numbered(std::move(call));
  farewell_ = Numbered(std::move(farewell));
}

std::string CallFrames::call_id(std::uint64_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "call_CfQ%012llu", static_cast<unsigned long long>(number));
  return text;
}

AudioFrames::AudioFrames() {
  const std::string audio(kAudioLetters, 'A');
  std::string text = R"({"type":"input_audio_buffer.append","audio":")";
  append_at_ = text.size() + frame_header_bytes(text.size() + kAudioLetters + 2, true);
  append_frame(append_, kText, text + audio + R"("})", true);

  text = R"({"type":"response.output_audio.delta","event_id":"event_CfQx2",)"
         R"("response_id":"resp_CfQ000000000001","item_id":"item_CfQ000000000001",)"
         R"("output_index":0,"content_index":0,"delta":")";
  delta_at_ = text.size() + frame_header_bytes(text.size() + kAudioLetters + 2, false);
  append_frame(delta_, kText, text + audio + R"("})", false);
}

std::string_view AudioFrames::append(Nanos sent) {
  const auto header = frame_header_bytes(kAudioLetters, true);
  write_time(append_.data() + append_at_, sent, kMaskKey, append_at_ - header);
  return append_;
}

std::string_view AudioFrames::delta(Nanos sent) {
  write_time(delta_.data() + delta_at_, sent, nullptr, 0);
  return delta_;
}

Nanos AudioFrames::sent_at(std::string_view event) {
  if (event.size() < kAudioLetters) return -1;
  for (const std::string_view key : {R"("audio":")", R"("delta":")"}) {
    const auto at = event.substr(0, 400).find(key);
    if (at == std::string_view::npos) continue;
    char letters[kTimeLetters + 1] = {};
    std::memcpy(letters, event.data() + at + key.size(), kTimeLetters);
    return static_cast<Nanos>(std::strtoull(letters, nullptr, 16));
  }
  return -1;
}

std::string AudioFrames::opening() {
  const std::string item =
      R"("item":{"id":"item_CfQ000000000001","type":"message","status":"in_progress",)"
      R"("role":"assistant","content":[]}})";
  std::string frames;
  append_frame(frames, kText,
               Numbered(response("response.created", "in_progress", "[]", "null")).with(1), false);
  append_frame(frames, kText,
               R"({"type":"response.output_item.added","event_id":"event_CfQx3",)"
               R"("response_id":"resp_CfQ000000000001","output_index":0,)" +
                   item,
               false);
  append_frame(frames, kText,
               R"({"type":"conversation.item.added","event_id":"event_CfQx4",)"
               R"("previous_item_id":null,)" +
                   item,
               false);
  append_frame(frames, kText,
               R"({"type":"response.content_part.added","event_id":"event_CfQx5",)"
               R"("response_id":"resp_CfQ000000000001","item_id":"item_CfQ000000000001",)"
               R"("output_index":0,"content_index":0,"part":{"type":"audio","transcript":""}})",
               false);
  return frames;
}

}  // namespace callosum::bench
