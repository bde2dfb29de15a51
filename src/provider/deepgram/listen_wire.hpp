#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/deque.hpp"
#include "net/client.hpp"
#include "provider/cloud/connect_options.hpp"
#include "provider/deepgram/heard_turns.hpp"

namespace callosum::provider::deepgram {

namespace json = boost::json;

/// What is asked of the ears.
struct ListenOptions {
  cloud::CloudOptions service;  ///< its base, our key, the model
  std::string language;
  std::vector<std::string> keyterms;
  std::int64_t turn_ms = 0;  ///< 0: the usual
};

/// VALIDATION: the service would refuse the connection.
Result<void> check(const ListenOptions& options);

/// What Deepgram is told beside sound, and what it tells, without a socket or a clock. Times on the
/// wire begin at nothing with every connection; those told are of the caller's sound as a whole.
class ListenWire {
 public:
  explicit ListenWire(ListenOptions options) : options_(std::move(options)) {}
  virtual ~ListenWire() = default;
  HeardTurns& turns() { return turns_; }

  /// `format`: the sound to come, "audio/pcm" (24 kHz), "audio/pcmu", "audio/pcma".
  virtual net::WsConnectOptions where(std::string_view format) const = 0;
  /// A connection begins with the caller's sound from there on.
  void open(std::int64_t from_ms);
  /// So much silence was sent that the caller did not make, behind its sound until `at_ms`.
  void add_silence(std::int64_t ms, std::int64_t at_ms);
  /// `sent_ms`: how much of the caller's sound it may know. TRANSIENT: unreadable, or an error of
  /// the service's.
  Result<void> take(std::string_view text, std::int64_t sent_ms);
  /// What makes it tell the words of what has been sent; empty: nothing does.
  virtual std::string finalize() const = 0;
  /// What keeps a connection alive without sound; empty: silence does.
  virtual std::string keep_alive() const = 0;
  /// What ends a connection in order.
  static std::string close_stream() { return R"({"type":"CloseStream"})"; }
  /// The words so far are all that there will be. `at_ms`: of the caller's sound.
  void settle(std::int64_t at_ms);
  /// What was said is for nobody.
  void forget();
  /// The caller's sound until then need not be sent again.
  std::int64_t acknowledged_ms() const { return acknowledged_ms_; }

 protected:
  /// Another connection: what is not acknowledged comes again.
  virtual void begin() = 0;
  virtual void forget_words() = 0;
  virtual Result<void> take(const json::object& message) = 0;
  /// Of the utterance that goes on, and how sure it is of them.
  struct Words {
    std::string text;
    realtime::Confidence confidence = {};
  };
  virtual Words words_so_far() const = 0;
  net::WsConnectOptions at(std::string_view path, std::string_view format) const;
  /// The moment of the caller's sound that a member in seconds names.
  std::int64_t ms_at(const json::object& message, std::string_view key) const;
  /// Where the caller's sound of this connection begins.
  std::int64_t from_ms() const { return from_ms_; }
  void acknowledge(std::int64_t ms) { acknowledged_ms_ = std::max(acknowledged_ms_, ms); }

  ListenOptions options_;
  HeardTurns turns_;
  bool can_finalize_ = true;

 private:
  struct Silence {
    std::int64_t at_ms, length_ms;
  };
  std::int64_t from_ms_ = 0;
  std::int64_t sent_ms_ = 0;
  Deque<Silence> silences_;    // of this connection, the latest
  std::int64_t older_ms_ = 0;  // of those before
  std::int64_t acknowledged_ms_ = 0;
};

/// Flux (`/v2/listen`, protocols §2.2) for models that are called so, else live listening
/// (`/v1/listen`, protocols §2.1).
std::unique_ptr<ListenWire> make_listen_wire(ListenOptions options);

}  // namespace callosum::provider::deepgram
