#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/time_source.hpp"
#include "realtime/mouth.hpp"

namespace callosum::provider::mouth {

/// Where the sound of a piece goes: whole samples.
using TakeSound = std::function<void(std::vector<std::uint8_t> sound)>;
/// Makes the sound of one piece of words in a session's format.
using SpeakPiece = std::function<boost::asio::awaitable<Result<void>>(
    std::string words, realtime::MouthSettings settings, TakeSound on_sound,
    async::Deadline deadline)>;

/// A mouth of what speaks a piece of words at a time: each is begun when the sound of the one
/// before is there. `time` outlives it.
std::unique_ptr<realtime::Mouth> make_piece_mouth(async::TimeSource& time, SpeakPiece speak,
                                                  boost::asio::any_io_executor executor,
                                                  realtime::MouthSettings settings,
                                                  std::function<void()> on_news);

}  // namespace callosum::provider::mouth
