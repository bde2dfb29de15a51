#pragma once

#include <map>

#include "net/http.hpp"
#include "sim/service/line.hpp"
#include "sim/speech/script.hpp"
#include "sim/speech/text_buffer.hpp"

namespace callosum::sim::speech {

/// Of one connection's query and headers.
struct ElevenOptions {
  SoundFormat format;
  bool is_multi = false;
  bool is_let_in = false;  ///< the key was in the header; else it must be in the first message
  bool is_auto = false;    ///< sentences are said as they are whole
  bool has_alignment = false;
  std::chrono::seconds inactivity{20};
  std::string key;  ///< the only one that is let in; empty: any
};
/// "ulaw_8000", "alaw_8000", "pcm_16000"; VALIDATION for others.
Result<SoundFormat> parse_eleven_format(std::string_view name);

/// One connection of ElevenLabs' stream-input or multi-stream-input (protocol: telephony §4.3).
class ElevenSession final : public ServicePartner {
 public:
  ElevenSession(ServiceLine& line, std::shared_ptr<const Script> script, ElevenOptions options);

  void begin() override { watch_idle(); }
  void on_text(std::string_view frame) override;
  void on_binary(std::string_view) override { refuse("binary frames are not supported"); }

 private:
  struct Context {
    std::string id;
    TextBuffer text;
    std::unique_ptr<Mouth> mouth;
    std::size_t least = 120;  ///< characters that begin a generation, without a flush
    bool is_closing = false;
  };

  void take(const json::object& message);
  bool check_first(const json::object& message);
  Context& context(const std::string& id);
  void take_text(Context& context, const json::object& message, std::string_view text);
  void say(Context& context, std::string text);
  void send_piece(const std::string& id, const Mouth::Piece& piece);
  void close_context(Context& context);
  void finish(const std::string& id);
  void close_socket();
  void end_if_done();
  void refuse(const std::string& why);
  void watch_idle();
  json::object alignment(std::string_view text) const;
  void name(json::object& event, const std::string& id) const;

  ServiceLine& line_;
  std::shared_ptr<const Script> script_;
  ElevenOptions options_;
  std::map<std::string, Context> contexts_;
  SteadyTime heard_of_;
  std::size_t texts_ = 0;
  std::size_t pieces_ = 0;
  bool has_begun_ = false;
  bool is_closing_ = false;
};

}  // namespace callosum::sim::speech
