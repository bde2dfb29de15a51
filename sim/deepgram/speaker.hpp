#pragma once

#include <deque>

#include "sim/deepgram/world.hpp"
#include "sim/service/mouth.hpp"

namespace callosum::sim::deepgram {

/// One connection of /v1/speak, Aura (protocol: telephony §4.1).
class Speaker final : public ServicePartner {
 public:
  Speaker(ServiceLine& line, std::shared_ptr<const Script> script, SoundFormat format,
          std::string model);

  void begin() override;
  void on_text(std::string_view frame) override;
  void on_binary(std::string_view bytes) override;

 private:
  void speak(std::string_view text);
  void say(std::string text);
  void flush();
  void clear();
  void close();

  ServiceLine& line_;
  std::shared_ptr<const Script> script_;
  SoundFormat format_;
  std::string model_;
  Mouth mouth_;
  std::string text_;  ///< that waits for the end of its sentence, or a Flush
  std::deque<SteadyTime> flushes_;
  std::uint64_t sequence_ = 0;
  std::size_t texts_ = 0;
};

}  // namespace callosum::sim::deepgram
