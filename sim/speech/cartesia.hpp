#pragma once

#include <map>

#include "sim/service/line.hpp"
#include "sim/speech/script.hpp"
#include "sim/speech/text_buffer.hpp"

namespace callosum::sim::speech {

/// One connection of Cartesia's /tts/websocket (protocol: telephony §4.4): many contexts.
class CartesiaSession final : public ServicePartner {
 public:
  CartesiaSession(ServiceLine& line, std::shared_ptr<const Script> script);

  void begin() override { watch_idle(); }
  void on_text(std::string_view frame) override;
  void on_binary(std::string_view) override { refuse("", "binary frames are not supported"); }

 private:
  struct Context {
    std::string settings;  ///< what must stay as it is, as JSON
    SoundFormat format;
    TextBuffer text;
    std::unique_ptr<Mouth> mouth;
    Ms buffer_delay{3000};
    std::uint64_t flush = 0;
    Ms said{0};
    std::size_t still = static_cast<std::size_t>(-1);  ///< pieces that may still come
    std::size_t timer = 0;
    bool has_timestamps = false;
    bool is_ended = false;
  };

  void take(const json::object& request);
  Context* open(const std::string& id, const json::object& request);
  void take_text(const std::string& id, Context& context, const json::object& request);
  void say(const std::string& id, Context& context, std::string text);
  void send_piece(const std::string& id, const Mouth::Piece& piece);
  void send_times(const std::string& id, Context& context, const std::string& text, Ms length);
  void flush(const std::string& id, Context& context);
  void end_context(const std::string& id, Context& context);
  void wait_for_more(const std::string& id, Context& context);
  void cancel(const std::string& id);
  void drop(const std::string& id);
  void refuse(const std::string& id, const std::string& why);
  void watch_idle();

  ServiceLine& line_;
  std::shared_ptr<const Script> script_;
  std::map<std::string, Context> contexts_;
  SteadyTime heard_of_;
  std::size_t texts_ = 0;
  std::size_t pieces_ = 0;
};

}  // namespace callosum::sim::speech
