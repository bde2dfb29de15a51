#pragma once

#include <functional>
#include <memory>

#include "provider/cloud/kept_line.hpp"
#include "provider/mouth/mouth_wire.hpp"

namespace callosum::provider::mouth {

/// What the mouths of one speech service share. `time` outlives them.
struct SocketMouthParts {
  async::TimeSource& time;
  cloud::Dial dial;
};

/// A mouth over the WebSocket of a speech service, which is kept up between utterances. Words that
/// come while there is none wait for it; an utterance that was cut by its loss has failed.
std::unique_ptr<realtime::Mouth> make_socket_mouth(SocketMouthParts parts,
                                                   boost::asio::any_io_executor executor,
                                                   std::unique_ptr<MouthWire> wire,
                                                   std::function<void()> on_news);

}  // namespace callosum::provider::mouth
