#pragma once

#include "provider/deepgram/listen_wire.hpp"

namespace callosum::provider::deepgram {

/// Live listening, `/v1/listen` (protocols §2.1): spans of time become final one after the other,
/// an utterance ends with silence. What has become final is kept when the connection is lost.
class LiveWire final : public ListenWire {
 public:
  using ListenWire::ListenWire;
  net::WsConnectOptions where(std::string_view format) const override;
  std::string finalize() const override { return R"({"type":"Finalize"})"; }
  std::string keep_alive() const override { return R"({"type":"KeepAlive"})"; }

 private:
  void begin() override {
    interim_ = {};
    told_until_s_ = 0;
  }
  void forget_words() override;
  Result<void> take(const json::object& message) override;
  void begin_speech(std::int64_t at_ms);
  void take_results(const json::object& message);
  void end_by_silence(const json::object& message);
  Words untold_words(const json::object& message) const;
  void keep_final(const Words& words);
  Words words_so_far() const override;
  void end(std::int64_t at_ms);

  Words finals_;              // of the utterance
  Words interim_;             // of the span that goes on
  double interim_end_s_ = 0;  // on the wire's own clock
  double told_until_s_ = 0;   // the same: words before it were told before their span was final
  std::int64_t began_at_ms_ = 0;
};

}  // namespace callosum::provider::deepgram
