#pragma once

#include "sim/deepgram/ear.hpp"
#include "sim/deepgram/world.hpp"

namespace callosum::sim::deepgram {

/// One connection of /v2/listen (protocol: telephony §2.2): initial, in a turn, awaiting its end.
class FluxListener final : public ServicePartner {
 public:
  FluxListener(ServiceLine& line, std::shared_ptr<const Script> script, ListenQuery query);

  void begin() override;
  void on_text(std::string_view frame) override;
  void on_binary(std::string_view bytes) override;

 private:
  void hear(EarEvent event);
  void hear_pause();
  void end_early();
  void take_back();
  void end_turn(std::string_view trigger);
  void tell(std::string_view event, const std::string& text, std::string_view trigger = {});
  void send(json::object event);
  void configure(const json::object& event);
  void fail_with(std::string_view code, std::string_view description);
  std::string words(bool is_over) const;
  Ms end_wait() const;

  ServiceLine& line_;
  std::shared_ptr<const Script> script_;
  ListenQuery query_;
  Ear ear_;
  CutWatch cuts_;
  std::string request_id_;
  json::array keyterms_;
  std::uint64_t sequence_ = 0;
  std::size_t turn_ = 0;
  Ms window_start_{0};
  Ms update_at_{0};
  Ms early_at_{0};          ///< when it ended early
  std::string early_text_;  ///< while awaiting; empty: it is not
  bool was_early_ = false;  ///< this turn's scripted early end has been
};

}  // namespace callosum::sim::deepgram
