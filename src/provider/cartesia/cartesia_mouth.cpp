#include "provider/cartesia/cartesia_mouth.hpp"

namespace callosum::provider::cartesia {

realtime::MakeMouth make_cartesia_mouth(ContextOptions options, mouth::SocketMouthParts parts) {
  return [options = std::move(options), parts = std::move(parts)](
             boost::asio::any_io_executor executor, realtime::MouthSettings settings,
             std::function<void()> on_news) -> Result<std::unique_ptr<realtime::Mouth>> {
    auto wire = std::make_unique<ContextWire>(options, settings.format);
    return mouth::make_socket_mouth(parts, std::move(executor), std::move(wire),
                                    std::move(on_news));
  };
}

}  // namespace callosum::provider::cartesia
