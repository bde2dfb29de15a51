#pragma once

#include "sim/deepgram/ear.hpp"
#include "sim/deepgram/world.hpp"

namespace callosum::sim::deepgram {

/// One connection of /v1/listen (protocol: telephony §2.1).
class LiveListener final : public ServicePartner {
 public:
  LiveListener(ServiceLine& line, std::shared_ptr<const Script> script, ListenQuery query);

  void begin() override { keep_alive(); }
  void on_text(std::string_view frame) override;
  void on_binary(std::string_view bytes) override;

 private:
  struct Result {
    std::string text;
    Ms from;
    Ms to;
    double confidence = 0.98;
    bool is_final = false;
    bool ends_speech = false;
    bool is_flushed = false;
    std::size_t nth = 0;  ///< of the utterance; 0: none
    Ms delay{0};
  };

  void hear(EarEvent event);
  void begin_speech();
  void hear_voice();
  void hear_pause();
  void hear_nothing();
  void give_words(bool is_over);
  void end_speech(bool is_flushed);
  void send(const Result& result);
  void finish();
  void keep_alive();
  std::string new_words(bool is_over);

  ServiceLine& line_;
  std::shared_ptr<const Script> script_;
  ListenQuery query_;
  Ear ear_;
  CutWatch cuts_;
  std::string request_id_;
  std::string given_;  ///< words of this utterance that were final already
  Ms partial_at_{0};   ///< the next one
  Ms final_until_{0};  ///< the sound before it has its final result
  Ms last_word_end_{0};
  bool owes_utterance_end_ = false;
  SteadyTime heard_of_;  ///< sound or KeepAlive
  bool has_finished_ = false;
};

}  // namespace callosum::sim::deepgram
