#pragma once

#include "provider/deepgram/listen_wire.hpp"

namespace callosum::provider::deepgram {

/// Flux, `/v2/listen` (protocols §2.2): the recogniser itself says where turns begin and end. Each
/// message has the turn's whole text so far.
class FluxWire final : public ListenWire {
 public:
  using ListenWire::ListenWire;
  net::WsConnectOptions where(std::string_view format) const override;
  std::string finalize() const override {
    return can_finalize_ ? R"({"type":"ForceEndTurn"})" : "";
  }
  std::string keep_alive() const override { return {}; }

 private:
  void begin() override { text_.clear(); }
  void forget_words() override { text_.clear(); }
  Result<void> take(const json::object& message) override;
  std::string words_so_far() const override { return text_; }

  std::string text_;  // of the turn
};

}  // namespace callosum::provider::deepgram
