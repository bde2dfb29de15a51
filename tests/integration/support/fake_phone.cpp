#include "fake_phone.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "audio/g711.hpp"
#include "audio/resampler.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "channel/twilio/signature.hpp"
#include "net/client.hpp"
#include "stage.hpp"

namespace callosum::testing {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kFrame = 20ms;
constexpr std::size_t kFrameBytes = 160;
constexpr auto kLongest = 90s;  // of any wait: a test that hangs says nothing

std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) return {};
  const auto begin = at + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

}  // namespace

const Secret& FakeCarrier::token() {
  static const Secret kToken("a-token-of-thirty-two-characters");
  return kToken;
}

std::string FakeCarrier::sid(const std::string& prefix, std::uint64_t number) {
  const auto digits = std::to_string(number);
  return prefix + std::string(32 - digits.size(), '0') + digits;
}
std::string FakeCarrier::account() { return sid("AC", 42); }

FakeCarrier::Fields FakeCarrier::fields(const std::string& call, const std::string& from,
                                        const std::string& to) {
  return {{"CallSid", call},
          {"AccountSid", account()},
          {"From", from},
          {"To", to},
          {"CallStatus", "ringing"},
          {"Direction", "inbound"},
          {"FromCity", ""},
          {"StirVerstat", "TN-Validation-Passed-A"}};
}

std::string FakeCarrier::sign(const std::string& target, const Fields& fields) {
  return channel::twilio::sign(token(), kPublicUrl + target, fields);
}

net::HttpResponse FakeCarrier::post(const std::string& target, const Fields& fields,
                                    const std::string& signature) const {
  net::HttpRequest request;
  request.method = "POST";
  for (const auto& [name, value] : fields) {
    if (!request.body.empty()) request.body += '&';
    request.body += net::encode_percent(name) + "=" + net::encode_percent(value);
  }
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("X-Twilio-Signature", signature.empty() ? sign(target, fields) : signature);
  return fetch(gateway_ + target, request);
}

std::string FakeCarrier::media_signature() {
  return channel::twilio::sign(token(), "wss://voice.example/twilio/media");
}
std::string FakeCarrier::media_url() const { return "ws" + gateway_.substr(4) + "/twilio/media"; }
std::string FakeCarrier::token_in(const std::string& twiml) {
  return between(twiml, "name=\"token\" value=\"", "\"");
}
std::string FakeCarrier::redirect_in(const std::string& twiml) {
  auto url = between(twiml, "<Redirect method=\"POST\">", "<");
  const std::string base = kPublicUrl;
  return url.starts_with(base) ? url.substr(base.size()) : url;
}

bool FakePhone::call(Opening opening, Script script) {
  bool is_over = false;
  asio::co_spawn(world_.context(), run(std::move(opening), std::move(script)),
                 [&is_over](const std::exception_ptr& bug) {
                   is_over = true;
                   if (bug) std::rethrow_exception(bug);
                 });
  world_.context().restart();
  world_.context().run();
  return is_over && was_opened_;
}

asio::awaitable<void> FakePhone::run(Opening opening, Script script) {
  net::WsConnectOptions options;
  options.url = opening.url;
  options.headers.set("X-Twilio-Signature", opening.signature);
  const auto deadline = world_.in(10s);
  auto connecting = net::connect_websocket(world_.time(), std::move(options), deadline);
  auto connected = co_await std::move(connecting);
  if (!connected) co_return;
  was_opened_ = true;
  connection_ = std::move(*connected);
  const auto began = world_.time().now();
  greet(opening);
  const auto executor = co_await asio::this_coro::executor;
  async::TaskGroup tasks(executor, world_.time());
  tasks.spawn_beside("tick", tick());
  tasks.spawn_beside("receive", receive());
  tasks.spawn("script", script(*this));
  co_await tasks.wait_all();
  if (!is_closed) {
    const auto soon = world_.in(1s);
    auto closing = connection_->close(1000, "", soon);
    co_await std::move(closing);
  }
  tasks.cancel();
  co_await tasks.join();
  if (until_close.count() == 0) {
    until_close =
        std::chrono::duration_cast<std::chrono::milliseconds>(world_.time().now() - began);
  }
}

void FakePhone::greet(const Opening& opening) {
  if (!opening.start.empty()) {
    connection_->send(opening.start);
    return;
  }
  connection_->send(R"({"event":"connected","protocol":"Call","version":"1.0.0"})");
  const json::object format{{"encoding", "audio/x-mulaw"}, {"sampleRate", 8000}, {"channels", 1}};
  const json::object start{{"streamSid", stream_},
                           {"accountSid", opening.account},
                           {"callSid", opening.call},
                           {"tracks", json::array{"inbound"}},
                           {"customParameters", json::object{{"token", opening.token}}},
                           {"mediaFormat", format}};
  connection_->send(json::serialize(json::object{{"event", "start"},
                                                 {"sequenceNumber", std::to_string(sequence_++)},
                                                 {"streamSid", stream_},
                                                 {"start", start}}));
}

asio::awaitable<void> FakePhone::receive() {
  const auto began = world_.time().now();
  const auto never = world_.in(10min);
  while (true) {
    auto reading = connection_->read(never);
    const auto message = co_await std::move(reading);
    if (!message) break;
    on_message(message->data);
  }
  is_closed = true;
  until_close = std::chrono::duration_cast<std::chrono::milliseconds>(world_.time().now() - began);
  if (connection_->close_info()) close_code = connection_->close_info()->code;
}

void FakePhone::on_message(std::string_view text) {
  const auto body = parse_strict(text);
  if (!body || !body->is_object()) throw std::runtime_error("no JSON: " + std::string(text));
  const auto& object = body->get_object();
  if (text_at(object, "streamSid") != stream_) throw std::runtime_error("another stream");
  const auto event = text_at(object, "event");
  if (event == "media") {
    Queued queued;
    const auto payload = text_at(object.at("media").as_object(), "payload");
    if (!decode_base64(payload, queued.bytes)) throw std::runtime_error("no base64");
    queue_.push_back(std::move(queued));
  } else if (event == "mark") {
    queue_.push_back({{}, std::string(text_at(object.at("mark").as_object(), "name"))});
  } else if (event == "clear") {
    ++clears;
    auto cleared = std::exchange(queue_, {});
    for (const auto& queued : cleared) {
      cleared_bytes += queued.bytes.size();
      if (!queued.mark.empty()) bring_back(queued.mark);  // as the real one does
    }
  } else {
    throw std::runtime_error("not understood: " + std::string(text));
  }
  std::size_t bytes = 0;
  for (const auto& queued : queue_) bytes += queued.bytes.size();
  longest_queue = std::max(longest_queue, std::chrono::milliseconds(bytes / 8));
}

void FakePhone::bring_back(const std::string& mark) {
  ++marks;
  send(json::serialize(json::object{{"event", "mark"},
                                    {"sequenceNumber", std::to_string(sequence_++)},
                                    {"streamSid", stream_},
                                    {"mark", json::object{{"name", mark}}}}));
}

void FakePhone::play_frame() {
  std::size_t left = kFrameBytes;
  while (!queue_.empty()) {
    auto& front = queue_.front();
    if (!front.mark.empty()) {
      bring_back(front.mark);
      queue_.pop_front();
      continue;
    }
    if (left == 0) return;
    const auto much = std::min(left, front.bytes.size());
    played.insert(played.end(), front.bytes.begin(),
                  front.bytes.begin() + static_cast<std::ptrdiff_t>(much));
    front.bytes.erase(front.bytes.begin(), front.bytes.begin() + static_cast<std::ptrdiff_t>(much));
    left -= much;
    last_played_frame_ = frames_;
    if (front.bytes.empty()) queue_.pop_front();
  }
}

void FakePhone::send_frame() {
  std::vector<std::uint8_t> frame(kFrameBytes, audio::kMulawSilence);
  const auto much = std::min(kFrameBytes, speech_.size() - spoken_);
  std::copy_n(speech_.begin() + static_cast<std::ptrdiff_t>(spoken_), much, frame.begin());
  spoken_ += much;
  const json::object media{{"track", "inbound"},
                           {"chunk", std::to_string(frames_ + 1)},
                           {"timestamp", std::to_string(frames_ * kFrame.count())},
                           {"payload", encode_base64(frame)}};
  send(json::serialize(json::object{{"event", "media"},
                                    {"sequenceNumber", std::to_string(sequence_++)},
                                    {"streamSid", stream_},
                                    {"media", media}}));
}

/// By the clock, never by counting sleeps.
asio::awaitable<void> FakePhone::tick() {
  const auto start = world_.time().now();
  while (!is_closed) {
    play_frame();
    send_frame();
    ++frames_;
    const auto next = async::Deadline::at(world_.time(), start + kFrame * frames_);
    co_await async::sleep_until(next);
  }
}

void FakePhone::send(const std::string& text) {
  if (!is_closed) connection_->send(text);
}

asio::awaitable<void> FakePhone::pause(std::chrono::milliseconds span) {
  const auto until = world_.in(span);
  co_await async::sleep_until(until);
}

asio::awaitable<void> FakePhone::say(audio::Pcm speech) {
  const auto scaled = audio::resample(speech, audio::kPhoneRateHz);
  if (!scaled) throw std::runtime_error(scaled.error().message);
  speech_.clear();
  spoken_ = 0;
  audio::encode_mulaw(scaled->samples, speech_);
  const auto limit = world_.in(kLongest);
  while (spoken_ < speech_.size() && !is_closed && !limit.passed()) co_await pause(kFrame);
  played_before_ = played.size();
}

asio::awaitable<void> FakePhone::until_quiet(std::chrono::milliseconds span) {
  const auto limit = world_.in(kLongest);
  while (!is_closed && !limit.passed()) {
    const bool has_played = played.size() > played_before_;
    if (has_played && (frames_ - last_played_frame_) * kFrame >= span) break;
    co_await pause(kFrame);
  }
  played_before_ = played.size();
}

asio::awaitable<void> FakePhone::until_heard(std::chrono::milliseconds much) {
  const auto limit = world_.in(kLongest);
  const auto wanted = played_before_ + static_cast<std::size_t>(much.count()) * 8;
  while (!is_closed && !limit.passed() && played.size() < wanted) co_await pause(kFrame);
}

asio::awaitable<void> FakePhone::until_closed() {
  const auto limit = world_.in(kLongest);
  while (!is_closed && !limit.passed()) co_await pause(5ms);
}

void FakePhone::press(char digit) {
  const json::object dtmf{{"track", "inbound_track"}, {"digit", std::string(1, digit)}};
  send(json::serialize(json::object{{"event", "dtmf"},
                                    {"sequenceNumber", std::to_string(sequence_++)},
                                    {"streamSid", stream_},
                                    {"dtmf", dtmf}}));
}

void FakePhone::stop() {
  const json::object inner{{"accountSid", FakeCarrier::account()}};
  send(json::serialize(json::object{{"event", "stop"},
                                    {"sequenceNumber", std::to_string(sequence_++)},
                                    {"streamSid", stream_},
                                    {"stop", inner}}));
}

void FakePhone::vanish() { connection_->reset(); }

}  // namespace callosum::testing
