#include "provider/openai/speech_mouth.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "audio/g711.hpp"
#include "base/text.hpp"
#include "net/client.hpp"
#include "provider/mouth/piece_mouth.hpp"

namespace callosum::provider::openai {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::size_t kLongestInput = 4096;   // characters; protocols §4.5
constexpr std::size_t kMostSound = 24 << 20;  // bytes: eight minutes
constexpr std::size_t kMostOfAnError = 500;

Error explain(const net::HttpResponse& response) {
  const auto status = response.status;
  // Words that it does not take (400) are no reason to give it up.
  const auto type = status == 401 || status == 403   ? ErrorType::auth
                    : status == 402 || status == 404 ? ErrorType::permanent
                                                     : ErrorType::transient;
  return fail(type, "the speech service did not speak",
              "HTTP " + std::to_string(status) + " " + response.body.substr(0, kMostOfAnError));
}

asio::awaitable<Result<void>> speak_part(std::shared_ptr<const SpeechOptions> options,
                                         async::TimeSource& time, std::string_view words,
                                         std::string format, mouth::TakeSound on_sound,
                                         async::Deadline deadline) {
  const auto& service = options->service;
  net::HttpRequest request;
  request.method = "POST";
  request.headers.set("Content-Type", "application/json");
  if (!service.key.empty()) {
    request.headers.set("Authorization", "Bearer " + service.key.reveal());
  }
  request.body = encode_speech_request(service.model, options->voice, words);
  SpeechSound sound(std::move(format));
  net::HttpClientOptions client;
  client.tls = service.tls;
  client.max_body_bytes = kMostSound;
  client.may_repeat = true;  // it changes nothing, and the connection is warm for the next piece
  client.on_body = [&sound, &on_sound](int status, std::string_view bytes) {
    if (status == 200) on_sound(sound.take(bytes));
  };
  auto sending = net::send_http(time, service.url + "/audio/speech", std::move(request),
                                std::move(client), deadline);
  const auto response = co_await std::move(sending);
  if (!response) co_return response.error();
  if (response->status != 200) co_return explain(*response);
  co_return Result<void>{};
}

/// As many requests as it takes.
asio::awaitable<Result<void>> speak(std::shared_ptr<const SpeechOptions> options,
                                    async::TimeSource& time, std::string words, std::string format,
                                    mouth::TakeSound on_sound, async::Deadline deadline) {
  const auto parts = mouth::parts_of(words, kLongestInput);
  for (const auto part : parts) {
    auto speaking = speak_part(options, time, part, format, on_sound, deadline);
    const auto spoken = co_await std::move(speaking);
    if (!spoken) co_return spoken.error();
  }
  co_return Result<void>{};
}

}  // namespace

std::string encode_speech_request(const std::string& model, const std::string& voice,
                                  std::string_view words) {
  return json::serialize(json::object{{"model", model},
                                      {"voice", voice},
                                      {"input", cut_utf8(words, kLongestInput)},
                                      {"response_format", "pcm"}});
}

SpeechSound::SpeechSound(std::string format) : format_(std::move(format)) {
  if (format_ == "audio/pcm") return;
  auto made = audio::Resampler::make(audio::kRealtimeRateHz, audio::kPhoneRateHz);
  if (made) resampler_.emplace(std::move(*made));
}

std::vector<std::uint8_t> SpeechSound::take(std::string_view bytes) {
  auto whole = joiner_.take({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  if (!resampler_) return whole;
  std::vector<std::int16_t> samples;
  for (std::size_t i = 0; i + 1 < whole.size(); i += 2) {
    samples.push_back(static_cast<std::int16_t>(whole[i] | whole[i + 1] << 8));
  }
  std::vector<std::int16_t> scaled;
  resampler_->process(samples, scaled);
  std::vector<std::uint8_t> out;
  if (format_ == "audio/pcma") {
    audio::encode_alaw(scaled, out);
  } else {
    audio::encode_mulaw(scaled, out);
  }
  return out;
}

realtime::MakeMouth make_speech_mouth(SpeechOptions options, async::TimeSource& time) {
  const auto shared = std::make_shared<const SpeechOptions>(std::move(options));
  return
      [shared, &time](asio::any_io_executor executor, realtime::MouthSettings settings,
                      std::function<void()> on_news) -> Result<std::unique_ptr<realtime::Mouth>> {
        mouth::SpeakPiece speak_piece = [shared, &time](
                                            std::string words, realtime::MouthSettings asked,
                                            mouth::TakeSound on_sound, async::Deadline deadline) {
          return speak(shared, time, std::move(words), std::move(asked.format), std::move(on_sound),
                       deadline);
        };
        return mouth::make_piece_mouth(time, std::move(speak_piece), std::move(executor),
                                       std::move(settings), std::move(on_news));
      };
}

}  // namespace callosum::provider::openai
