#include "provider/elevenlabs/elevenlabs_mouth.hpp"

namespace callosum::provider::elevenlabs {

realtime::MakeMouth make_elevenlabs_mouth(StreamOptions options, mouth::SocketMouthParts parts) {
  return [options = std::move(options), parts = std::move(parts)](
             boost::asio::any_io_executor executor, realtime::MouthSettings settings,
             std::function<void()> on_news) -> Result<std::unique_ptr<realtime::Mouth>> {
    auto wire = std::make_unique<StreamWire>(options, settings.format);
    return mouth::make_socket_mouth(parts, std::move(executor), std::move(wire),
                                    std::move(on_news));
  };
}

}  // namespace callosum::provider::elevenlabs
