#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/event.hpp"
#include "audio/pcm.hpp"
#include "base/secret.hpp"
#include "channel/twilio/voice_form.hpp"
#include "net/http.hpp"
#include "net/ws_connection.hpp"
#include "real_world.hpp"

namespace callosum::testing {

namespace json = boost::json;

/// A carrier as far as a test needs one: signs what it sends, over the address that it was told.
class FakeCarrier {
 public:
  explicit FakeCarrier(std::string gateway) : gateway_(std::move(gateway)) {}

  static constexpr const char* kPublicUrl = "https://voice.example";
  static const Secret& token();
  static std::string account();
  static std::string sid(const std::string& prefix, std::uint64_t number);

  using Fields = channel::twilio::FormFields;
  /// An incoming call's webhook.
  static Fields fields(const std::string& call, const std::string& from = "+12125550199",
                       const std::string& to = "+12125550100");
  /// `signature` empty: its own.
  net::HttpResponse post(const std::string& target, const Fields& fields,
                         const std::string& signature = {}) const;
  static std::string sign(const std::string& target, const Fields& fields);
  /// Of the upgrade; for a plain request, `wss` is not what is signed.
  static std::string media_signature();
  std::string media_url() const;
  /// What TwiML says; empty: it says no such thing.
  static std::string token_in(const std::string& twiml);
  static std::string redirect_in(const std::string& twiml);

 private:
  std::string gateway_;  // "http://127.0.0.1:PORT"
};

/// A telephone at the end of a media stream: plays what it is sent at the pace of speech, brings
/// marks back, sends sound every 20 ms.
class FakePhone {
 public:
  struct Opening {
    std::string url, signature, call, token;
    std::string account = FakeCarrier::account();
    std::string start =
        {};  ///< instead of `connected` and `start`: what another carrier begins with
  };
  using Script = std::function<boost::asio::awaitable<void>(FakePhone&)>;
  /// Lives through one call; false: the stream could not even be opened.
  bool call(Opening opening, Script script);

  // For scripts.
  boost::asio::awaitable<void> say(audio::Pcm speech);
  /// Until something was played and then nothing for so long, or the stream has ended.
  boost::asio::awaitable<void> until_quiet(std::chrono::milliseconds pause);
  /// Until so much was played since the last `say`.
  boost::asio::awaitable<void> until_heard(std::chrono::milliseconds much);
  boost::asio::awaitable<void> until_closed();
  void press(char digit);
  void stop();    ///< the caller hangs up
  void vanish();  ///< the connection breaks
  void send(const std::string& text);

  std::vector<std::uint8_t> played;  ///< mu-law
  std::size_t clears = 0;
  std::size_t marks = 0;
  std::size_t cleared_bytes = 0;
  bool is_closed = false;
  int close_code = 0;
  std::chrono::milliseconds longest_queue{0};
  std::chrono::milliseconds until_close{0};  ///< from the first message to the end

 private:
  struct Queued {
    std::vector<std::uint8_t> bytes;
    std::string mark;
  };
  boost::asio::awaitable<void> run(Opening opening, Script script);
  void greet(const Opening& opening);
  boost::asio::awaitable<void> tick();
  boost::asio::awaitable<void> receive();
  boost::asio::awaitable<void> pause(std::chrono::milliseconds span);
  void on_message(std::string_view text);
  void play_frame();
  void bring_back(const std::string& mark);
  void send_frame();

  RealWorld world_;
  std::unique_ptr<net::WsConnection> connection_;
  std::string stream_ = "MZ" + std::string(32, '7');
  std::deque<Queued> queue_;
  std::vector<std::uint8_t> speech_;
  std::size_t spoken_ = 0;
  std::uint64_t sequence_ = 1;
  std::int64_t frames_ = 0;
  std::int64_t last_played_frame_ = -1;
  std::size_t played_before_ = 0;
  bool was_opened_ = false;
};

}  // namespace callosum::testing
