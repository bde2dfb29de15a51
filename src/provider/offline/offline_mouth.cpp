#include "provider/offline/offline_mouth.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "provider/mouth/piece_mouth.hpp"
#include "provider/offline/voices.hpp"
#include "provider/sound/audio_in.hpp"

namespace callosum::provider::offline {
namespace {

namespace asio = boost::asio;
using Bytes = std::vector<std::uint8_t>;

asio::awaitable<Result<void>> speak(std::shared_ptr<const MouthParts> parts, std::string words,
                                    realtime::MouthSettings settings,
                                    provider::mouth::TakeSound on_sound, async::Deadline deadline) {
  const auto known = find_voice(settings.voice);
  std::function<Result<Bytes>()> work = [words = std::move(words), format = settings.format,
                                         voice = known.empty() ? parts->voice : std::string(known),
                                         speech = parts->speech]() -> Result<Bytes> {
    const auto pcm = speech->speak(words, voice);
    if (!pcm) return pcm.error();
    return sound::encode_speech(*pcm, format);
  };
  auto pending = parts->pool->run<Bytes>(deadline, std::move(work));
  const auto made = co_await std::move(pending);
  if (!made) co_return made.error();
  const std::span<const std::uint8_t> all(*made);
  const auto step = sound::bytes_per_100_ms(settings.format);
  for (std::size_t at = 0; at < all.size(); at += step) {
    const auto part = all.subspan(at, std::min(step, all.size() - at));
    on_sound(Bytes(part.begin(), part.end()));
  }
  co_return Result<void>{};
}

}  // namespace

realtime::MakeMouth make_offline_mouth(MouthParts parts) {
  const auto shared = std::make_shared<const MouthParts>(std::move(parts));
  return [shared](asio::any_io_executor executor, realtime::MouthSettings settings,
                  std::function<void()> on_news) -> Result<std::unique_ptr<realtime::Mouth>> {
    provider::mouth::SpeakPiece speak_piece =
        [shared](std::string words, realtime::MouthSettings asked,
                 provider::mouth::TakeSound on_sound, async::Deadline deadline) {
          return speak(shared, std::move(words), std::move(asked), std::move(on_sound), deadline);
        };
    return provider::mouth::make_piece_mouth(shared->time, std::move(speak_piece),
                                             std::move(executor), std::move(settings),
                                             std::move(on_news));
  };
}

}  // namespace callosum::provider::offline
