#pragma once

#include <memory>
#include <string>

#include "net/http.hpp"
#include "sim/deepgram/script.hpp"
#include "sim/service/line.hpp"
#include "sim/tone.hpp"

namespace callosum::sim::deepgram {

/// Of one connection's query.
struct ListenQuery {
  SoundFormat format;
  Ms endpointing{10};
  bool ends_speech = true;  ///< v1: endpointing is not off
  Ms utterance_end{0};      ///< v1: 0: no UtteranceEnd
  bool has_interim = false;
  bool has_vad_events = false;
  double eot_threshold = 0.7;
  double eager_threshold = 0;  ///< v2: 0: no early ends
  Ms eot_timeout{5000};
};

/// The encodings that the simulator can hear and speak: linear16, mulaw, alaw.
Result<SoundFormat> read_format(const net::HttpRequest& request, int otherwise_hz);
Result<ListenQuery> read_live_query(const net::HttpRequest& request);
Result<ListenQuery> read_flux_query(const net::HttpRequest& request);

/// Seconds, as the wire has them.
inline double seconds(Ms ms) { return static_cast<double>(ms.count()) / 1000; }

/// "what are your" as `words`, spread over the time.
json::array words_of(const std::string& text, double confidence, Ms from, Ms to);

/// Cuts of the script that fall on this connection.
class CutWatch {
 public:
  CutWatch(std::shared_ptr<const Script> script, std::size_t connection)
      : script_(std::move(script)), connection_(connection) {}
  /// The first that is due: `utterance` 0 outside of one.
  const Cut* due(Ms now, std::size_t utterance, Ms into);

 private:
  std::shared_ptr<const Script> script_;
  std::size_t connection_;
  bool is_done_ = false;
};

}  // namespace callosum::sim::deepgram
