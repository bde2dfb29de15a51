#pragma once

#include <optional>

#include "base/deque.hpp"
#include "provider/deepgram/listen_wire.hpp"

namespace callosum::provider::deepgram {

/// Flux, `/v2/listen` (protocols §2.2): the recogniser itself says where turns begin and end. Each
/// message has the turn's whole text so far. Where a turn is longer than what can be sent again to
/// another connection, the words of its beginning are kept.
class FluxWire final : public ListenWire {
 public:
  using ListenWire::ListenWire;
  net::WsConnectOptions where(std::string_view format) const override;
  std::string finalize() const override {
    return can_finalize_ ? R"({"type":"ForceEndTurn"})" : "";
  }
  std::string keep_alive() const override { return {}; }

 private:
  void begin() override;
  void forget_words() override;
  Result<void> take(const json::object& message) override;
  Words words_so_far() const override { return {text_, confidence_}; }

  /// So many words of the turn had been heard then.
  struct Heard {
    std::int64_t until_ms;
    std::size_t words;
    realtime::Confidence confidence;  ///< of them
  };
  void note_words(std::int64_t until_ms);

  std::string text_;                 // of the turn
  realtime::Confidence confidence_;  // of its words
  std::string before_;               // the part of it that earlier connections heard
  realtime::Confidence before_confidence_;
  std::optional<std::int64_t> began_ms_;  // the turn
  Deque<Heard> heard_;
};

}  // namespace callosum::provider::deepgram
